import type { Ipv4 } from '../net/ipv4.ts';
import { NONE } from './age-list.ts';

/**
 * Finds entries (numbers) by their address: a hash table with linear probing, in arrays that are made once. A Map makes
 * its table anew after as many removals as it holds entries: 64 bytes per miss, and a major collection for every half a
 * million.
 */
export class AddressIndex {
  /** Entry by hash; at most half full, so that probes stay short. */
  readonly #slots: Int32Array;
  /** The address of each entry, signed; belongs to the caller. */
  readonly #addresses: Int32Array;

  /** @param addresses the address of each entry, which stands there before it is added and until it is removed */
  constructor(addresses: Int32Array) {
    this.#addresses = addresses;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(addresses.length * 2))).fill(NONE);
  }

  /** NONE when no entry has the address. */
  find(address: Ipv4): number {
    return this.#slots[this.#slotOf(address)] ?? NONE;
  }

  add(entry: number): void {
    this.#slots[this.#slotOf(this.#addresses[entry] ?? 0)] = entry;
  }

  /** Closes the gap: an entry behind it moves into it unless its own place lies between the two. */
  remove(address: Ipv4): void {
    const mask = this.#slots.length - 1;
    let gap = this.#slotOf(address);
    for (let slot = (gap + 1) & mask; this.#slots[slot] !== NONE; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] ?? NONE;
      const home = this.#home(this.#addresses[entry] ?? 0);
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        this.#slots[gap] = entry;
        gap = slot;
      }
    }
    this.#slots[gap] = NONE;
  }

  /** The slot that holds the address, or the free one where it would go. */
  #slotOf(address: Ipv4): number {
    const mask = this.#slots.length - 1;
    let slot = this.#home(address);
    for (;;) {
      const entry = this.#slots[slot] ?? NONE;
      if (entry === NONE || this.#addresses[entry] === (address | 0)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Fibonacci hashing: neighbouring addresses, the usual case, come to lie apart. */
  #home(address: number): number {
    return (Math.imul(address, 0x9e3779b1) >>> 8) & (this.#slots.length - 1);
  }
}
