import type { Ipv4 } from './ipv4.ts';
import { maskOf, type Prefix } from './prefix.ts';

/**
 * Longest-prefix match: one map per prefix length, longest first. flannel gives every host the same length, so a
 * look-up is usually one probe. `lookup` allocates nothing, because it stands on the path of a miss.
 */
export class PrefixTable<T> {
  /** Lengths in use, longest first; parallel to `maps`. */
  readonly #masks: number[] = [];
  readonly #maps: Map<number, T>[] = [];
  readonly #lengths: number[] = [];

  get size(): number {
    return this.#maps.reduce((sum, map) => sum + map.size, 0);
  }

  /** The value of the longest prefix that holds the address. */
  lookup(address: Ipv4): T | undefined {
    for (let i = 0; i < this.#maps.length; i++) {
      const found = this.#maps[i]?.get(address & (this.#masks[i] ?? 0));
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }

  /** The value of the longest prefix that holds that one and is shorter. */
  lookupAround({ address, length }: Prefix): T | undefined {
    for (let i = 0; i < this.#maps.length; i++) {
      const found =
        (this.#lengths[i] ?? 0) < length ? this.#maps[i]?.get(address & (this.#masks[i] ?? 0)) : undefined;
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }

  /** Whether there is a longer prefix inside that one. Looks at all of them, where there are any longer ones. */
  hasInside({ address, length }: Prefix): boolean {
    const mask = maskOf(length) | 0;
    return this.#maps.some(
      (map, index) =>
        (this.#lengths[index] ?? 0) > length && [...map.keys()].some((key) => (key & mask) === (address | 0)),
    );
  }

  get(prefix: Prefix): T | undefined {
    return this.#maps[this.#lengths.indexOf(prefix.length)]?.get(prefix.address | 0);
  }

  set(prefix: Prefix, value: T): void {
    this.#mapFor(prefix.length).set(prefix.address | 0, value);
  }

  delete(prefix: Prefix): boolean {
    const index = this.#lengths.indexOf(prefix.length);
    const map = this.#maps[index];
    if (map === undefined || !map.delete(prefix.address | 0)) {
      return false;
    }
    if (map.size === 0) {
      this.#lengths.splice(index, 1);
      this.#masks.splice(index, 1);
      this.#maps.splice(index, 1);
    }
    return true;
  }

  /** Keys are signed 32-bit numbers: V8 holds those without an allocation each, unlike numbers above 2^31. */
  #mapFor(length: number): Map<number, T> {
    const at = this.#lengths.findIndex((other) => other <= length);
    const index = at === -1 ? this.#lengths.length : at;
    const existing = this.#lengths[index] === length ? this.#maps[index] : undefined;
    if (existing !== undefined) {
      return existing;
    }
    const map = new Map<number, T>();
    this.#lengths.splice(index, 0, length);
    this.#masks.splice(index, 0, maskOf(length) | 0);
    this.#maps.splice(index, 0, map);
    return map;
  }
}
