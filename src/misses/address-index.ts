import type { Ipv4 } from '../net/ipv4.ts';
import { NONE } from './age-list.ts';

/** Of an address: which of 16 neighbouring ones it is. */
const GROUP_BITS = 4;
const GROUP_MASK = 2 ** GROUP_BITS - 1;

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

  /**
   * Addresses that differ in their last four bits only share a line of the processor's cache (64 bytes, 16 slots), in order:
   * what is asked for together is often so close, and a line that is not in the cache takes as long as all else here. Groups
   * of 16 come to lie apart (Fibonacci hashing).
   */
  #home(address: number): number {
    const group = Math.imul(address >>> GROUP_BITS, 0x9e3779b1) >>> 8;
    return ((group << GROUP_BITS) | (address & GROUP_MASK)) & (this.#slots.length - 1);
  }
}
