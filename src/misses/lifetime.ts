import type { Ipv4 } from '../net/ipv4.ts';
import { Confirmation } from './confirmation.ts';

/** As many entries are made STALE at a time, or removed, at most. */
export const SUSPECTS_AT_ONCE = 50;

/** No more often than this, in milliseconds: 10,000 entries at once would ask within 4 ms, and delay packets by 39 ms. */
export const PAUSE_MS = 5;

/** An entry that carries traffic asks within a jiffy (4 ms with HZ=250) of becoming STALE; then it is read at once. */
const ANSWERS_WITHIN_MS = 50;

/** When the table is nearly full, what was not asked for this long is suspected, so that the idle ones are known. */
const UNDER_PRESSURE_MS = 1000;

/** From here on the table is nearly full. */
const NEARLY_FULL = 7 / 8;

/** Never, as `idleTimeout`. */
export const NEVER = 0;

/** What an earlier agent left has to show within this time that it is used, in milliseconds. */
const HURRY_MS = 5000;

/**
 * Entries in the agent's care: each is in use, by when it was asked for latest, or suspected to be idle, by when that
 * began. Addresses are signed or not.
 */
export interface AgingEntries {
  readonly size: number;
  /** How many there may be. */
  readonly maximum: number;
  /** The time that counts from now on, in milliseconds. */
  tick(now: number): void;
  /** The address that was asked for longest ago, if that is so many milliseconds. */
  longestInUse(ago: number): Ipv4 | undefined;
  /** The address that has been suspected longest, if it was for so many milliseconds. */
  longestSuspect(ago: number): Ipv4 | undefined;
  suspect(address: Ipv4): void;
  isSuspect(address: Ipv4): boolean;
}

/**
 * Finds out which entries nobody uses. The kernel does not say, so it is asked: an entry that becomes STALE asks for
 * confirmation (PROBE) as soon as it carries a packet, and is made PERMANENT again. One that stays STALE is idle. No packet
 * is lost by that: STALE and PROBE forward, also while the agent is dead.
 *
 * An entry is made STALE once it was not asked for as long as the time-out, and goes when it stayed so for as long again:
 * it goes one to two time-outs after its last packet.
 */
export class Lifetime {
  readonly #entries: AgingEntries;
  readonly #idleTimeout: number;
  readonly #clock: () => number;
  readonly #doomed = new Int32Array(SUSPECTS_AT_ONCE);
  /** A question that was asked before the mark is read before it comes back. */
  readonly #heard = new Confirmation();
  #doomedCount = 0;
  #now: number;
  #nextAt = 0;
  #hurriesUntil = Number.NEGATIVE_INFINITY;

  /**
   * @param idleTimeout milliseconds; NEVER: entries go only when there are too many
   * @param clock monotonic milliseconds
   */
  constructor(entries: AgingEntries, idleTimeout: number, clock: () => number) {
    this.#entries = entries;
    this.#idleTimeout = idleTimeout === NEVER ? Number.POSITIVE_INFINITY : idleTimeout;
    this.#clock = clock;
    this.#now = clock();
    entries.tick(this.#now);
  }

  /** Looks at the clock, for which a miss has no time. */
  tick(): void {
    this.#now = this.#clock();
    this.#entries.tick(this.#now);
  }

  /** Whether entries may be made STALE, or chosen to go, again; takes it for done. */
  takeTurn(): boolean {
    if (this.#now < this.#nextAt) {
      return false;
    }
    this.#nextAt = this.#now + PAUSE_MS;
    return true;
  }

  /** What an earlier agent left has to show soon that it is used. */
  hurry(): void {
    this.#hurriesUntil = this.#now + HURRY_MS;
  }

  /** The next address that is to become STALE, if there is one; takes it for done. */
  suspect(): Ipv4 | undefined {
    const nearlyFull = this.#entries.size > this.#entries.maximum * NEARLY_FULL;
    const address = this.#entries.longestInUse(this.#patience(nearlyFull));
    if (address !== undefined) {
      this.#entries.suspect(address);
    }
    return address;
  }

  /** Chooses the entries that are idle long enough; they go once it is sure that none has asked meanwhile. */
  doom(): void {
    while (this.#doomedCount < SUSPECTS_AT_ONCE) {
      const address = this.#entries.longestSuspect(this.#patience(false));
      if (address === undefined) {
        return;
      }
      this.#entries.suspect(address);
      this.#doomed[this.#doomedCount] = address;
      this.#doomedCount += 1;
      this.#heard.wrote();
    }
  }

  /** Whether entries are chosen that are still to go. */
  get dooms(): boolean {
    return this.#doomedCount > 0;
  }

  /** Whether a mark is to be written. */
  get needsMark(): boolean {
    return this.#heard.needsMark;
  }

  marked(): void {
    this.#heard.marked();
  }

  markCameBack(): void {
    this.#heard.cameBack();
  }

  markLost(): void {
    this.#heard.markLost();
  }

  /** The next address that goes, if there is one. */
  expire(): Ipv4 | undefined {
    if (this.#heard.isPending) {
      return undefined;
    }
    while (this.#doomedCount > 0) {
      this.#doomedCount -= 1;
      const address = this.#doomed[this.#doomedCount] ?? 0;
      if (this.#entries.isSuspect(address)) {
        return address;
      }
    }
    return undefined;
  }

  /** Whether `evict` would find one that is idle. */
  get hasIdle(): boolean {
    return this.#entries.longestSuspect(ANSWERS_WITHIN_MS) !== undefined;
  }

  /** The address that has to make room: the longest idle, or else what was asked for longest ago. */
  get dispensable(): Ipv4 | undefined {
    return this.#entries.longestSuspect(ANSWERS_WITHIN_MS) ?? this.#entries.longestInUse(0);
  }

  #patience(underPressure: boolean): number {
    return underPressure || this.#now < this.#hurriesUntil
      ? Math.min(UNDER_PRESSURE_MS, this.#idleTimeout)
      : this.#idleTimeout;
  }
}
