import { errnoNumber } from '../base/errno.ts';
import type { BatchFailure } from '../kernel/batch.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { Neighbour } from '../kernel/neighbours.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { macFromBytes } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';
import type { PrefixTable } from '../net/prefix-table.ts';
import { NUD_INCOMPLETE, NUD_PERMANENT, NUD_PROBE, NUD_STALE } from '../netlink/constants.ts';
import type { Request } from '../netlink/message.ts';
import { FilledRequest } from '../netlink/template.ts';
import { isOwnNeighbour, OWN_PROTOCOL } from '../overlay/ownership.ts';
import { absentTemplate, resolvedTemplate } from './answer.ts';
import type { CounterName, Counters } from './counters.ts';
import { decide, HOLD, NO_LEASE, outcomeWithoutLease } from './decide.ts';
import type { InstalledNeighbours } from './installed.ts';
import type { Lifetime } from './lifetime.ts';
import { OUT_OF_MEMORY } from './out-of-memory.ts';
import { FIRST, RECOVERED, REFRESH } from './recording/outcomes.ts';
import type { Recording } from './recording/recording.ts';
import type { RemoteHost } from './remote-host.ts';
import type { RemoteSubnets } from './remote-subnets.ts';
import type { Vtep } from './vtep.ts';

export interface NeighbourWriterParts {
  readonly ifindex: number;
  readonly network: Prefix;
  readonly ownSubnet: Prefix;
  readonly conversation: Conversation;
  readonly counters: Counters;
  readonly recording: Recording;
  readonly installed: InstalledNeighbours;
  readonly lifetime: Lifetime;
  /** Those of remote subnets' gateways are looked after elsewhere. */
  readonly subnets: RemoteSubnets;
  /** Writes the forwarding entries that neighbours are about to lead to; false when there was no memory for one. */
  readonly forward: (vteps: Iterable<Vtep>) => boolean;
}

const NONE: ReadonlySet<Ipv4> = new Set();

/** One entry to write: with a MAC it is installed, without it is removed. */
interface Change {
  readonly destination: Ipv4;
  readonly remote: RemoteHost | undefined;
  /** Undefined: an answer to who waited for it. */
  readonly count: CounterName | undefined;
  /** Of such an answer: FIRST or REFRESH. */
  readonly phase?: number;
}

/** Writes what a dump of the neighbours shows to be due: after the first list, and after an overrun. */
export class NeighbourWriter {
  readonly #parts: NeighbourWriterParts;
  readonly #installed: InstalledNeighbours;
  readonly #lifetime: Lifetime;
  readonly #resolved: FilledRequest;
  readonly #absent: FilledRequest;

  constructor(parts: NeighbourWriterParts) {
    this.#parts = parts;
    this.#installed = parts.installed;
    this.#lifetime = parts.lifetime;
    this.#resolved = new FilledRequest(resolvedTemplate(parts.ifindex));
    this.#absent = new FilledRequest(absentTemplate(parts.ifindex));
  }

  /**
   * Compares what the kernel holds with the leases: answers what waits, keeps what is right, makes whole what an earlier
   * agent left between two states, removes what nobody's lease covers, forgets what somebody removed. What a lazy flannel
   * left becomes ours, because there may be traffic that goes by it. What is not ours stays, and so do the `gateways` of
   * routes that are still to be removed.
   *
   * @returns false when the kernel had no memory for some of it: then it is to be done again
   */
  adopt(
    present: readonly Neighbour[],
    leases: PrefixTable<RemoteHost>,
    gateways: ReadonlySet<Ipv4> = NONE,
  ): boolean {
    const answered = this.answerWaiting(present, leases, true);
    this.#forgetVanished(present);
    const changes: Change[] = [];
    for (const neighbour of present.filter((one) => this.#isOwn(one))) {
      const { destination, mac, state, protocol } = neighbour;
      const decision = decide(destination, leases, true);
      const isLeftover = protocol !== OWN_PROTOCOL && state === NUD_PERMANENT && !gateways.has(destination);
      if (decision === HOLD || decision === NO_LEASE || isLeftover) {
        changes.push({ destination, remote: undefined, count: 'removed' });
      } else if (mac === macFromBytes(decision.mac) && protocol === OWN_PROTOCOL) {
        this.#keep(neighbour, decision, changes);
      } else {
        changes.push({ destination, remote: decision, count: 'rewritten' });
      }
    }
    const mended = changes.filter(
      ({ count, destination }) => count !== 'adopted' || this.#isSettled(destination),
    ).length;
    this.#parts.counters.add('mended', mended);
    return this.#write('adopt neighbours', changes) && answered;
  }

  /**
   * Answers every entry of a dump that waits for an answer.
   *
   * @returns false when the kernel had no memory for some of it: then it is to be done again
   */
  answerWaiting(present: readonly Neighbour[], leases: PrefixTable<RemoteHost>, listed: boolean): boolean {
    const changes: Change[] = [];
    for (const { destination, state } of present.filter(isWaiting)) {
      const phase = state === NUD_PROBE ? REFRESH : FIRST;
      const decision = decide(destination, leases, listed);
      if (decision === NO_LEASE) {
        changes.push({ destination, remote: undefined, count: undefined, phase });
      } else if (decision !== HOLD) {
        changes.push({ destination, remote: decision, count: undefined, phase });
      }
    }
    return this.#write('answer waiting neighbours', changes);
  }

  #isOwn(neighbour: Neighbour): boolean {
    const { subnets, network } = this.#parts;
    return (
      !isWaiting(neighbour) &&
      !subnets.hasNeighbour(neighbour.destination) &&
      isOwnNeighbour(neighbour, network)
    );
  }

  /** Whether nobody but somebody else can have altered the entry. */
  #isSettled(destination: Ipv4): boolean {
    return this.#installed.has(destination) && !this.#installed.isSuspect(destination);
  }

  #forgetVanished(present: readonly Neighbour[]): void {
    const there = new Set(present.map(({ destination }) => destination));
    for (let place = 0; place < this.#installed.places; place++) {
      const address = this.#installed.addressAt(place);
      if (address !== undefined && !there.has(address)) {
        this.#installed.forget(address);
        this.#parts.counters.add('mended');
      }
    }
  }

  /** An entry that we know stays as we know it: doubted, or in use since we heard of it last. */
  #keep({ destination, state }: Neighbour, remote: RemoteHost, changes: Change[]): void {
    const wanted = this.#installed.isSuspect(destination) ? NUD_STALE : NUD_PERMANENT;
    if (state === wanted && this.#installed.leadsTo(destination, remote)) {
      return;
    }
    if (state === NUD_PERMANENT) {
      this.#parts.counters.add('adopted');
      this.#touch(destination, remote, changes);
    } else {
      changes.push({ destination, remote, count: 'adopted' });
    }
  }

  #touch(destination: Ipv4, remote: RemoteHost, evictions: Change[]): void {
    if (this.#parts.subnets.touch(destination)) {
      return;
    }
    if (this.#installed.isFull && !this.#installed.has(destination)) {
      const count = this.#lifetime.hasIdle ? 'evictedIdle' : 'evictedUnderPressure';
      const evicted = this.#lifetime.dispensable;
      if (evicted !== undefined) {
        this.#installed.forget(evicted);
        evictions.push({ destination: evicted, remote: undefined, count });
      }
    }
    this.#installed.touch(destination, remote);
  }

  /**
   * A refusal is counted; ENOENT says that the entry was gone already, which a removal wants anyway. What there was no
   * memory for is in the kernel as it was, and stays in our care.
   */
  #write(operation: string, changes: readonly Change[]): boolean {
    const evictions: Change[] = [];
    const at = (index: number) => {
      const change = changes[index];
      return change && this.#requestFor(change);
    };
    const forwarded = this.#parts.forward(changes.flatMap(({ remote }) => remote?.vtep ?? []));
    const failures = this.#parts.conversation.batch(operation, { length: changes.length, at });
    const refused = new Map(failures.map(({ index, fault }) => [index, fault.code]));
    for (const [index, change] of changes.entries()) {
      this.#note(change, refused.get(index), evictions);
    }
    this.#countRefusals(failures, changes);
    const evicted = evictions.length === 0 || this.#write('evict neighbours', evictions);
    return forwarded && evicted && !failures.some(({ fault }) => OUT_OF_MEMORY.has(fault.code));
  }

  #note(change: Change, refusal: string | undefined, evictions: Change[]): void {
    const { destination, remote, count, phase = FIRST } = change;
    const isNew = phase === FIRST && remote !== undefined && !this.#installed.has(destination);
    if (refusal !== undefined && OUT_OF_MEMORY.has(refusal)) {
      return;
    }
    if (remote === undefined || refusal !== undefined) {
      this.#installed.forget(destination);
    } else {
      this.#touch(destination, remote, evictions);
    }
    if (count === undefined) {
      const outcome =
        remote === undefined ? outcomeWithoutLease(destination, this.#parts.ownSubnet) : RECOVERED;
      this.#parts.recording.noteRecovered(destination, phase, outcome, remote, refusal);
      this.#parts.counters.add('written', isNew && refusal === undefined ? 1 : 0);
    } else if (refusal === undefined) {
      this.#parts.counters.add(count);
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
export function isWaiting({ state, protocol }: Neighbour): boolean {
  return state === NUD_INCOMPLETE || (state === NUD_PROBE && protocol === OWN_PROTOCOL);
}
