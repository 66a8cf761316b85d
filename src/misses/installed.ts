import { LRUCache } from 'lru-cache';
import type { Ipv4 } from '../net/ipv4.ts';
import { contains, type Prefix, sizeOf } from '../net/prefix.ts';
import type { RemoteHost } from './decide.ts';

/**
 * The neighbours in the agent's care, by what was asked for latest. They are PERMANENT, so neither the kernel's garbage
 * collection nor its table limit bounds them: this does.
 */
export class InstalledNeighbours {
  readonly #cache: LRUCache<number, RemoteHost>;
  readonly #evicted: Ipv4[] = [];

  /** @param maximum how many there may be, at least 1 */
  constructor(maximum: number) {
    this.#cache = new LRUCache<number, RemoteHost>({
      max: maximum,
      // Overwriting disposes with reason `set` and deletion with `delete`; only `evict` leaves an entry in the kernel.
      dispose: (_remote, key, reason) => {
        if (reason === 'evict') {
          this.#evicted.push(key >>> 0);
        }
      },
    });
  }

  get size(): number {
    return this.#cache.size;
  }

  /**
   * Notes that the address was asked for and answered.
   *
   * @returns the address that had to make room, if one had to: its entry is to be removed
   */
  touch(address: Ipv4, remote: RemoteHost): Ipv4 | undefined {
    // Signed keys, because V8 holds numbers above 2^31 as an allocation each.
    this.#cache.set(address | 0, remote);
    return this.#evicted.length === 0 ? undefined : this.#evicted.pop();
  }

  /** Tells whether the address's entry holds the MAC of that host; does not count as being asked for. */
  leadsTo(address: Ipv4, remote: RemoteHost): boolean {
    const present = this.#cache.peek(address | 0);
    return present !== undefined && Buffer.compare(present.mac, remote.mac) === 0;
  }

  forget(address: Ipv4): void {
    this.#cache.delete(address | 0);
  }

  /** The addresses inside the prefix, in no order; costs the smaller of the prefix and the cache. */
  within(prefix: Prefix): Ipv4[] {
    if (sizeOf(prefix) > this.#cache.size) {
      return [...this.#cache.keys()].map((key) => key >>> 0).filter((address) => contains(prefix, address));
    }
    const found: Ipv4[] = [];
    for (let address = prefix.address; address < prefix.address + sizeOf(prefix); address++) {
      if (this.#cache.has(address | 0)) {
        found.push(address);
      }
    }
    return found;
  }
}
