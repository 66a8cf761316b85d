import type { Ipv4 } from '../net/ipv4.ts';
import { AddressIndex } from './address-index.ts';
import { AgeList, NONE } from './age-list.ts';
import type { RemoteHost } from './remote-host.ts';

/** How far above its bound the table may grow while the agent has more urgent things to do than to evict. */
const OVERSHOOT = 8;

/** A large table grows no further than this for it, or by a quarter. */
const LARGE = 262_144;

/**
 * The neighbours in the agent's care. They are PERMANENT, so neither the kernel's garbage collection nor its table limit
 * bounds them: this does. An entry is in use, by what was asked for latest; or suspected to be idle, by the time when
 * that began.
 *
 * Everything is in arrays that are made once: see `AddressIndex`.
 */
export class InstalledNeighbours {
  readonly #maximum: number;
  readonly #addresses: Int32Array;
  readonly #hosts: (RemoteHost | undefined)[];
  /** When the entry came into the list that it is in, in milliseconds. */
  readonly #since: Float64Array;
  readonly #suspected: Uint8Array;
  /** In an array, because a number with a fraction is an object of its own wherever V8 hands it on. */
  readonly #now = Float64Array.of(0);
  readonly #index: AddressIndex;
  readonly #inUse: AgeList;
  readonly #suspects: AgeList;
  /** Places that were given back; those from `#used` on are free too. */
  readonly #free: Int32Array;
  #freeCount = 0;
  #used = 0;

  /** @param maximum how many there may be, at least 1; for a while it may be several times as many */
  constructor(maximum: number) {
    const most = Math.max(Math.ceil(maximum * 1.25), Math.min(maximum * OVERSHOOT, LARGE));
    this.#maximum = maximum;
    this.#addresses = new Int32Array(most);
    this.#hosts = new Array<RemoteHost | undefined>(most).fill(undefined);
    this.#since = new Float64Array(most);
    this.#suspected = new Uint8Array(most);
    this.#index = new AddressIndex(this.#addresses);
    const links = { older: new Int32Array(most), newer: new Int32Array(most) };
    this.#inUse = new AgeList(links);
    this.#suspects = new AgeList(links);
    this.#free = new Int32Array(most);
  }

  /** The time that counts from now on, in milliseconds. */
  tick(now: number): void {
    this.#now[0] = now;
  }

  get size(): number {
    return this.#inUse.size + this.#suspects.size;
  }

  get maximum(): number {
    return this.#maximum;
  }

  /** Whether there are more than there may be. */
  get isOverfull(): boolean {
    return this.size > this.#maximum;
  }

  /** No room for another one. */
  get isFull(): boolean {
    return this.size === this.#addresses.length;
  }

  has(address: Ipv4): boolean {
    return this.#index.find(address) !== NONE;
  }

  /** Notes that the address was asked for and answered. There has to be room. Returns whether it was known before. */
  touch(address: Ipv4, remote: RemoteHost): boolean {
    const known = this.#index.find(address);
    if (known === NONE) {
      this.#add(address, remote);
      return false;
    }
    this.#lead(known, remote);
    this.#move(known, false);
    return true;
  }

  /** Tells whether the address's entry holds the MAC of that host; does not count as being asked for. */
  leadsTo(address: Ipv4, remote: RemoteHost): boolean {
    const present = this.#hosts[this.#index.find(address)];
    return present !== undefined && Buffer.compare(present.mac, remote.mac) === 0;
  }

  /** The address's entry leads to another host now, and is PERMANENT again; otherwise it does not count as asked for. */
  redirect(address: Ipv4, remote: RemoteHost): void {
    const entry = this.#index.find(address);
    if (entry !== NONE) {
      this.#lead(entry, remote);
      if (this.#suspected[entry] === 1) {
        this.#move(entry, false);
      }
    }
  }

  /** The address's entry is suspected to be idle from now on. */
  suspect(address: Ipv4): void {
    const entry = this.#index.find(address);
    if (entry !== NONE) {
      this.#move(entry, true);
    }
  }

  isSuspect(address: Ipv4): boolean {
    return this.#suspected[this.#index.find(address)] === 1;
  }

  hostOf(address: Ipv4): RemoteHost | undefined {
    return this.#hosts[this.#index.find(address)];
  }

  /** The address (signed) that was asked for longest ago, if that is so many milliseconds. */
  longestInUse(ago: number): Ipv4 | undefined {
    return this.#oldestOf(this.#inUse, ago);
  }

  /** The address (signed) that has been suspected longest, if it was for so many milliseconds. */
  longestSuspect(ago: number): Ipv4 | undefined {
    return this.#oldestOf(this.#suspects, ago);
  }

  forget(address: Ipv4): void {
    const entry = this.#index.find(address);
    if (entry === NONE) {
      return;
    }
    this.#index.remove(address);
    this.#listOf(entry).remove(entry);
    this.#lead(entry, undefined);
    this.#free[this.#freeCount] = entry;
    this.#freeCount += 1;
    if (this.size === 0) {
      // Places are given out in order again: the processor's cache foresees that, and not the order in which entries went.
      this.#freeCount = 0;
      this.#used = 0;
    }
  }

  /** How many places of the table were used since it was empty; an entry keeps its place as long as it lives. */
  get places(): number {
    return this.#used;
  }

  /** The address of the entry at a place, from 0 to `places` - 1; undefined when there is none at present. */
  addressAt(place: number): Ipv4 | undefined {
    return this.#hosts[place] === undefined ? undefined : (this.#addresses[place] ?? 0) >>> 0;
  }

  #oldestOf(list: AgeList, ago: number): Ipv4 | undefined {
    const entry = list.oldest;
    return entry !== NONE && (this.#now[0] ?? 0) - (this.#since[entry] ?? 0) >= ago
      ? this.#addresses[entry]
      : undefined;
  }

  /** A VTEP knows how many neighbours lead to it. */
  #lead(entry: number, remote: RemoteHost | undefined): void {
    const former = this.#hosts[entry]?.vtep;
    this.#hosts[entry] = remote;
    if (former !== remote?.vtep) {
      remote?.vtep?.gain();
      former?.lose();
    }
  }

  #listOf(entry: number): AgeList {
    return this.#suspected[entry] === 1 ? this.#suspects : this.#inUse;
  }

  #move(entry: number, suspected: boolean): void {
    this.#listOf(entry).remove(entry);
    this.#place(entry, suspected);
  }

  #place(entry: number, suspected: boolean): void {
    this.#suspected[entry] = suspected ? 1 : 0;
    this.#since[entry] = this.#now[0] ?? 0;
    this.#listOf(entry).add(entry);
  }

  #add(address: Ipv4, remote: RemoteHost): void {
    const entry = this.#freeCount === 0 ? this.#used : (this.#free[this.#freeCount - 1] ?? NONE);
    if (this.#freeCount === 0) {
      this.#used += 1;
    } else {
      this.#freeCount -= 1;
    }
    this.#addresses[entry] = address;
    this.#lead(entry, remote);
    this.#place(entry, false);
    this.#index.add(entry);
  }
}
