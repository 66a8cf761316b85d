import { errnoNumber } from '../base/errno.ts';
import type { BatchFailure } from '../kernel/batch.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { Neighbour } from '../kernel/neighbours.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { macFromBytes } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';
import type { PrefixTable } from '../net/prefix-table.ts';
import { NUD_INCOMPLETE, NUD_PERMANENT, NUD_PROBE } from '../netlink/constants.ts';
import type { Request } from '../netlink/message.ts';
import { FilledRequest } from '../netlink/template.ts';
import { isOwnNeighbour, OWN_PROTOCOL } from '../overlay/ownership.ts';
import { absentTemplate, resolvedTemplate } from './answer.ts';
import type { CounterName, Counters } from './counters.ts';
import { decide, HOLD, NO_LEASE, type RemoteHost } from './decide.ts';
import type { InstalledNeighbours } from './installed.ts';

interface Parts {
  readonly ifindex: number;
  readonly network: Prefix;
  readonly conversation: Conversation;
  readonly counters: Counters;
}

/** One entry to write: with a MAC it is installed, without it is removed. */
interface Change {
  readonly destination: Ipv4;
  readonly remote: RemoteHost | undefined;
  readonly count: CounterName;
}

/** Writes what a dump of the neighbours shows to be due: after the first list, and after an overrun. */
export class NeighbourWriter {
  readonly #parts: Parts;
  readonly #installed: InstalledNeighbours;
  readonly #resolved: FilledRequest;
  readonly #absent: FilledRequest;

  constructor(parts: Parts, installed: InstalledNeighbours) {
    this.#parts = parts;
    this.#installed = installed;
    this.#resolved = new FilledRequest(resolvedTemplate(parts.ifindex));
    this.#absent = new FilledRequest(absentTemplate(parts.ifindex));
  }

  /**
   * Compares what the kernel holds at the start with the leases: answers what waits, keeps what is right, makes whole
   * what an earlier agent left between two states, removes what nobody's lease covers. What is not ours stays.
   */
  adopt(present: readonly Neighbour[], leases: PrefixTable<RemoteHost>): void {
    this.answerWaiting(present, leases, true);
    const own = present.filter((one) => !isWaiting(one) && isOwnNeighbour(one, this.#parts.network));
    const changes: Change[] = [];
    for (const neighbour of own) {
      const { destination, mac, state, protocol } = neighbour;
      const decision = decide(destination, leases, true);
      if (decision === HOLD || decision === NO_LEASE || protocol !== OWN_PROTOCOL) {
        changes.push({ destination, remote: undefined, count: 'removed' });
      } else if (mac === macFromBytes(decision.mac)) {
        this.#keep(destination, decision, state, changes);
      } else {
        changes.push({ destination, remote: decision, count: 'rewritten' });
      }
    }
    this.#write('adopt neighbours', changes);
  }

  /** Answers every entry of a dump that waits for an answer. */
  answerWaiting(present: readonly Neighbour[], leases: PrefixTable<RemoteHost>, listed: boolean): void {
    const changes: Change[] = [];
    for (const { destination } of present.filter(isWaiting)) {
      const decision = decide(destination, leases, listed);
      if (decision === NO_LEASE) {
        changes.push({ destination, remote: undefined, count: 'noLease' });
      } else if (decision !== HOLD) {
        changes.push({ destination, remote: decision, count: 'recovered' });
      }
    }
    this.#write('answer waiting neighbours', changes);
  }

  #keep(destination: Ipv4, remote: RemoteHost, state: number, changes: Change[]): void {
    if (state === NUD_PERMANENT) {
      this.#parts.counters.add('adopted');
      this.#touch(destination, remote, changes);
    } else {
      changes.push({ destination, remote, count: 'adopted' });
    }
  }

  #touch(destination: Ipv4, remote: RemoteHost, evictions: Change[]): void {
    const evicted = this.#installed.touch(destination, remote);
    if (evicted !== undefined) {
      evictions.push({ destination: evicted, remote: undefined, count: 'evicted' });
    }
  }

  /** A refusal is counted; ENOENT says that the entry was gone already, which a removal wants anyway. */
  #write(operation: string, changes: readonly Change[]): void {
    const evictions: Change[] = [];
    const at = (index: number) => {
      const change = changes[index];
      return change && this.#requestFor(change);
    };
    const failures = this.#parts.conversation.batch(operation, { length: changes.length, at });
    const refused = new Set(failures.map(({ index }) => index));
    changes.forEach(({ destination, remote, count }, index) => {
      if (remote === undefined || refused.has(index)) {
        this.#installed.forget(destination);
      } else {
        this.#touch(destination, remote, evictions);
      }
      if (!refused.has(index)) {
        this.#parts.counters.add(count);
      }
    });
    this.#countRefusals(failures, changes);
    if (evictions.length > 0) {
      this.#write('evict neighbours', evictions);
    }
  }

  #countRefusals(failures: readonly BatchFailure[], changes: readonly Change[]): void {
    for (const { index, fault } of failures) {
      if (changes[index]?.remote !== undefined || fault.code !== 'ENOENT') {
        this.#parts.counters.addRefusal(errnoNumber(fault.code));
      }
    }
  }

  #requestFor({ destination, remote }: Change): Request {
    return remote === undefined
      ? this.#absent.with(destination)
      : this.#resolved.with(destination, remote.mac);
  }
}

/** Whether the kernel asks, or has asked, for an answer that is ours to give. */
function isWaiting({ state, protocol }: Neighbour): boolean {
  return state === NUD_INCOMPLETE || (state === NUD_PROBE && protocol === OWN_PROTOCOL);
}
