/** The clock is looked at once for so many misses: to look takes a twentieth of the time of an answer. */
const GROUP = 16;

/** A flood: a group of misses and more within this time, in milliseconds. */
const FLOOD_MS = 20;

/** It is over when none came for so long: a virtual machine may stand still in the middle of one. */
const CALM_MS = 1000;

/** Whether misses come in a flood, also in the moments of it in which none waits. */
export class MissRate {
  readonly #now: () => number;
  /** When the latest group was full, and when the latest one of a flood was, in arrays: see InstalledNeighbours. */
  readonly #fullAt = Float64Array.of(Number.NEGATIVE_INFINITY);
  readonly #floodAt = Float64Array.of(Number.NEGATIVE_INFINITY);
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
      const now = this.#now();
      if (now - (this.#fullAt[0] ?? 0) < FLOOD_MS) {
        this.#floodAt[0] = now;
      }
      this.#fullAt[0] = now;
    }
  }

  /** Whether at least GROUP misses came within FLOOD_MS, in the last second. */
  get isFlood(): boolean {
    return this.#now() - (this.#floodAt[0] ?? 0) < CALM_MS;
  }
}
