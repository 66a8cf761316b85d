import type { Ipv4 } from '../net/ipv4.ts';
import type { RemoteHost } from './decide.ts';

/** No entry: the end of a list, or a free slot. */
const NONE = -1;

/** How far above its bound the table may grow while the agent has more urgent things to do than to evict. */
const OVERSHOOT = 8;

/**
 * The neighbours in the agent's care, by what was asked for latest. They are PERMANENT, so neither the kernel's garbage
 * collection nor its table limit bounds them: this does.
 *
 * A hash table with linear probing over entries that are linked by age, all in arrays that are made once. A Map, and
 * so lru-cache, which stands on one, makes its table anew after as many evictions as it holds entries: 64 bytes per
 * miss, and a major collection for every half a million.
 */
export class InstalledNeighbours {
  readonly #maximum: number;
  /** Entry by hash; at most half full, so that probes stay short. */
  readonly #slots: Int32Array;
  readonly #addresses: Int32Array;
  readonly #hosts: (RemoteHost | undefined)[];
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  #newest = NONE;
  #oldest = NONE;
  /** Entries that were given back, linked by `#older`; those from `#used` on were never used. */
  #free = NONE;
  #used = 0;
  #size = 0;

  /** @param maximum how many there may be, at least 1; for a while it may be eight times as many */
  constructor(maximum: number) {
    const most = maximum * OVERSHOOT;
    this.#maximum = maximum;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(most * 2))).fill(NONE);
    this.#addresses = new Int32Array(most);
    this.#hosts = new Array<RemoteHost | undefined>(most).fill(undefined);
    this.#older = new Int32Array(most);
    this.#newer = new Int32Array(most);
  }

  get size(): number {
    return this.#size;
  }

  /** Whether there are more than there may be. */
  get isOverfull(): boolean {
    return this.#size > this.#maximum;
  }

  /** Takes out the address (signed) that was asked for longest ago: its entry is to be removed. Undefined when empty. */
  evict(): Ipv4 | undefined {
    if (this.#size === 0) {
      return undefined;
    }
    const address = this.#addresses[this.#oldest] ?? 0;
    this.forget(address);
    return address;
  }

  /**
   * Notes that the address was asked for and answered.
   *
   * @returns the address that had to make room, if one had to at once: its entry is to be removed
   */
  touch(address: Ipv4, remote: RemoteHost): Ipv4 | undefined {
    const known = this.#find(address);
    if (known !== NONE) {
      this.#hosts[known] = remote;
      this.#unlink(known);
      this.#linkNewest(known);
      return undefined;
    }
    const evicted = this.#size === this.#addresses.length ? this.evict() : undefined;
    this.#add(address, remote);
    return evicted;
  }

  /** Tells whether the address's entry holds the MAC of that host; does not count as being asked for. */
  leadsTo(address: Ipv4, remote: RemoteHost): boolean {
    const present = this.#hosts[this.#find(address)];
    return present !== undefined && Buffer.compare(present.mac, remote.mac) === 0;
  }

  /** The address's entry leads to another host now; does not count as being asked for. */
  redirect(address: Ipv4, remote: RemoteHost): void {
    const entry = this.#find(address);
    if (entry !== NONE) {
      this.#hosts[entry] = remote;
    }
  }

  forget(address: Ipv4): void {
    const entry = this.#find(address);
    if (entry === NONE) {
      return;
    }
    this.#removeSlot(this.#slotOf(address));
    this.#unlink(entry);
    this.#hosts[entry] = undefined;
    this.#older[entry] = this.#free;
    this.#free = entry;
    this.#size -= 1;
  }

  has(address: Ipv4): boolean {
    return this.#find(address) !== NONE;
  }

  /** How many places of the table were ever used; an entry keeps its place as long as it lives. */
  get places(): number {
    return this.#used;
  }

  /** The address of the entry at a place, from 0 to `places` - 1; undefined when there is none at present. */
  addressAt(place: number): Ipv4 | undefined {
    return this.#hosts[place] === undefined ? undefined : (this.#addresses[place] ?? 0) >>> 0;
  }

  #add(address: Ipv4, remote: RemoteHost): void {
    const entry = this.#free === NONE ? this.#used++ : this.#free;
    if (entry === this.#free) {
      this.#free = this.#older[entry] ?? NONE;
    }
    this.#addresses[entry] = address;
    this.#hosts[entry] = remote;
    this.#slots[this.#slotOf(address)] = entry;
    this.#linkNewest(entry);
    this.#size += 1;
  }

  #find(address: Ipv4): number {
    return this.#slots[this.#slotOf(address)] ?? NONE;
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

  /** Closes the gap: an entry behind it moves into it unless its own place lies between the two. */
  #removeSlot(removed: number): void {
    const mask = this.#slots.length - 1;
    let gap = removed;
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

  #linkNewest(entry: number): void {
    this.#older[entry] = this.#newest;
    this.#newer[entry] = NONE;
    if (this.#newest === NONE) {
      this.#oldest = entry;
    } else {
      this.#newer[this.#newest] = entry;
    }
    this.#newest = entry;
  }

  #unlink(entry: number): void {
    const older = this.#older[entry] ?? NONE;
    const newer = this.#newer[entry] ?? NONE;
    if (newer === NONE) {
      this.#newest = older;
    } else {
      this.#older[newer] = older;
    }
    if (older === NONE) {
      this.#oldest = newer;
    } else {
      this.#newer[older] = newer;
    }
  }
}
