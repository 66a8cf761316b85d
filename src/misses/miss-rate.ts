/** The clock is looked at once for so many misses: to look takes a twentieth of the time of an answer. */
const GROUP = 16;

/** A flood: a group of misses and more within this time, in milliseconds. */
const FLOOD_MS = 20;

/** Whether misses come in a flood, also in the moments of it in which none waits. */
export class MissRate {
  readonly #now: () => number;
  /** When the two latest groups were full, in arrays: see InstalledNeighbours. */
  readonly #fullAt = Float64Array.of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);
  #misses = 0;

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A miss was read. */
  note(): void {
    this.#misses += 1;
    if (this.#misses === GROUP) {
      this.#misses = 0;
      this.#fullAt[0] = this.#fullAt[1] ?? 0;
      this.#fullAt[1] = this.#now();
    }
  }

  /** Whether at least GROUP misses came within the last FLOOD_MS. */
  get isFlood(): boolean {
    return this.#now() - (this.#fullAt[0] ?? 0) < FLOOD_MS;
  }
}
