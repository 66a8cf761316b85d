import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { PrefixTable } from '../net/prefix-table.ts';
import { NUD_INCOMPLETE, NUD_PROBE } from '../netlink/constants.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';
import type { Counters } from './counters.ts';
import { decide, HOLD, NO_LEASE, outcomeWithoutLease } from './decide.ts';
import type { InstalledNeighbours } from './installed.ts';
import type { Outbox } from './outbox.ts';
import { ALREADY_ANSWERED, ANSWERED, FIRST, REFRESH } from './recording/outcomes.ts';
import type { Recording } from './recording/recording.ts';
import type { RemoteHost } from './remote-host.ts';
import type { RemoteSubnets } from './remote-subnets.ts';

export interface MissAnswersParts {
  readonly counters: Counters;
  readonly recording: Recording;
  /** This host's own. */
  readonly ownSubnet: Prefix;
  readonly leases: PrefixTable<RemoteHost>;
  readonly installed: InstalledNeighbours;
  readonly subnets: RemoteSubnets;
  readonly outbox: Outbox;
  /** Called after an address without a lease was answered; not for each one when several are answered together. */
  readonly onUnknown?: (address: Ipv4) => void;
}

/** Answers the kernel's questions about single addresses. */
export class MissAnswers {
  readonly #counters: Counters;
  readonly #recording: Recording;
  readonly #ownSubnet: Prefix;
  readonly #leases: PrefixTable<RemoteHost>;
  readonly #installed: InstalledNeighbours;
  readonly #subnets: RemoteSubnets;
  readonly #outbox: Outbox;
  readonly #onUnknown: (address: Ipv4) => void;
  #listed = false;
  #unknown: Ipv4 | undefined;

  constructor(parts: MissAnswersParts) {
    this.#counters = parts.counters;
    this.#recording = parts.recording;
    this.#ownSubnet = parts.ownSubnet;
    this.#leases = parts.leases;
    this.#installed = parts.installed;
    this.#subnets = parts.subnets;
    this.#outbox = parts.outbox;
    this.#onUnknown = parts.onUnknown ?? (() => undefined);
  }

  /** Whether the table holds all leases. */
  get isListed(): boolean {
    return this.#listed;
  }

  /** It does from now on. */
  noteListed(): void {
    this.#listed = true;
  }

  /**
   * The path of a miss: allocates nothing, waits for nobody.
   *
   * @param state INCOMPLETE, or PROBE for an entry in use
   * @param protocol whose entry it is
   */
  resolve(destination: Ipv4, state: number, protocol: number): void {
    this.#recording.noteRead();
    const decision = decide(destination, this.#leases, this.#listed);
    if (decision === HOLD) {
      this.#recording.noteHeld(destination, state === NUD_PROBE ? REFRESH : FIRST);
    } else if (decision === NO_LEASE) {
      this.#refuse(destination, state, protocol);
    } else {
      this.#answer(destination, state, protocol, decision);
    }
  }

  /** Tells of the last address without a lease that was answered since the last call. */
  tell(): void {
    if (this.#unknown !== undefined) {
      this.#onUnknown(this.#unknown);
      this.#unknown = undefined;
    }
  }

  /** A miss that comes alone has its answer before anything is noted of it. */
  #answer(destination: Ipv4, state: number, protocol: number, remote: RemoteHost): void {
    const isAlone = !this.#outbox.isBusy;
    this.#outbox.addResolved(destination, remote);
    const errno = isAlone ? this.#outbox.answerAtOnce() : undefined;
    if (errno !== undefined) {
      this.#recording.noteReturned();
    }
    this.#subnets.noteMiss(remote);
    const isGateway = this.#subnets.size > 0 && this.#subnets.touch(destination);
    const wasKnown = !isGateway && this.#note(destination, state, protocol, remote);
    const phase = state === NUD_PROBE ? REFRESH : FIRST;
    const outcome = wasKnown && phase === FIRST ? ALREADY_ANSWERED : ANSWERED;
    this.#recording.noteAnswer(destination, phase, outcome, remote);
    if (errno === 0) {
      this.#recording.noteAnswered();
    } else if (errno !== undefined) {
      this.#recording.noteFailed(errno);
    }
  }

  /**
   * An entry of ours in use that is not in our care was removed after it had asked, and the answer does not bring it back.
   * Somebody else's, such as flannel's, becomes ours with its answer.
   *
   * @returns whether the entry was in our care before
   */
  #note(destination: Ipv4, state: number, protocol: number, remote: RemoteHost): boolean {
    const isOursInUse = state === NUD_PROBE && protocol === OWN_PROTOCOL;
    if (isOursInUse && this.#listed && !this.#installed.has(destination)) {
      return false;
    }
    if (this.#installed.isFull && !this.#installed.has(destination)) {
      this.#outbox.evict();
    }
    const wasKnown = this.#installed.touch(destination, remote);
    if (!wasKnown) {
      this.#counters.add('written');
    }
    return wasKnown;
  }

  /** An entry in PROBE that is not ours was put there by somebody who may know better than the leases. */
  #refuse(destination: Ipv4, state: number, protocol: number): void {
    if (state === NUD_INCOMPLETE || protocol === OWN_PROTOCOL) {
      this.#outbox.addAbsent(destination);
      this.#installed.forget(destination);
      this.#unknown = destination;
      const outcome = outcomeWithoutLease(destination, this.#ownSubnet);
      this.#recording.noteAnswer(destination, state === NUD_PROBE ? REFRESH : FIRST, outcome, undefined);
    } else {
      this.#recording.noteUnanswered();
    }
  }
}
