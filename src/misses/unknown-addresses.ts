import { LRUCache } from 'lru-cache';
import type { Ipv4 } from '../net/ipv4.ts';

/** An address is told once in this time, in milliseconds. */
const AGAIN_AFTER_MS = 60_000;

/** Two addresses are told no closer than this, in milliseconds. */
const APART_MS = 1000;

/** Addresses that are remembered as told; a scan may name millions. */
const REMEMBERED = 1000;

/**
 * Decides which addresses without a lease are worth a line in the log. All are answered; this bounds only the telling:
 * one line a second, and one a minute for the same address.
 */
export class UnknownAddresses {
  readonly #told: LRUCache<number, true>;
  readonly #now: () => number;
  #quietUntil = 0;

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now;
    this.#told = new LRUCache<number, true>({
      max: REMEMBERED,
      ttl: AGAIN_AFTER_MS,
      perf: { now },
      ttlResolution: 0,
    });
  }

  /** Whether to tell of this address; takes it for told if so. */
  shouldTell(address: Ipv4): boolean {
    const now = this.#now();
    if (now < this.#quietUntil || this.#told.has(address)) {
      return false;
    }
    this.#told.set(address, true);
    this.#quietUntil = now + APART_MS;
    return true;
  }
}
