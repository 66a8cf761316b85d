/** No entry: the end of a list, or a free slot. */
export const NONE = -1;

/** Links between entries, shared by lists of which each entry is in one at a time. */
export interface Links {
  readonly older: Int32Array;
  readonly newer: Int32Array;
}

/** Entries (numbers) by age: the newest is the one that was put in last. */
export class AgeList {
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  #newest = NONE;
  #oldest = NONE;
  #size = 0;

  constructor({ older, newer }: Links) {
    this.#older = older;
    this.#newer = newer;
  }

  get size(): number {
    return this.#size;
  }

  /** NONE when the list is empty. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Puts an entry in that is in no list. */
  add(entry: number): void {
    this.#older[entry] = this.#newest;
    this.#newer[entry] = NONE;
    if (this.#newest === NONE) {
      this.#oldest = entry;
    } else {
      this.#newer[this.#newest] = entry;
    }
    this.#newest = entry;
    this.#size += 1;
  }

  /** Takes an entry out that is in this list. */
  remove(entry: number): void {
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
    this.#size -= 1;
  }
}
