/** What was seen often, and how often: at least `count` times, at most `count + error` times. */
export interface HeavyHitter {
  readonly value: number;
  readonly count: number;
}

/**
 * Counts values in bounded memory: those that are seen most are all there, and each count is too low by at most
 * `error`, which is at most the number of all that was seen, divided by `kept`. It is the summary of Misra and Gries, cut
 * back in batches (Agarwal et al., Mergeable Summaries, 2012).
 */
export class HeavyHitters {
  readonly #counts = new Map<number, number>();
  readonly #kept: number;
  #error = 0;

  /** @param kept how many values are kept at least; memory is for twice as many */
  constructor(kept: number) {
    this.#kept = kept;
  }

  /** By how much a count may be too low. */
  get error(): number {
    return this.#error;
  }

  /** @param value a 32-bit number */
  note(value: number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    if (this.#counts.size > 2 * this.#kept) {
      this.#cutBack();
    }
  }

  /** Those that were seen most, most first. */
  most(limit: number): HeavyHitter[] {
    return Array.from(this.#counts, ([value, count]) => ({ value, count }))
      .sort((one, other) => other.count - one.count || one.value - other.value)
      .slice(0, limit);
  }

  /** Takes from all what the first one that goes has. */
  #cutBack(): void {
    const sorted = Float64Array.from(this.#counts.values()).sort();
    const least = sorted[sorted.length - this.#kept - 1] ?? 0;
    this.#error += least;
    for (const [value, count] of this.#counts) {
      if (count > least) {
        this.#counts.set(value, count - least);
      } else {
        this.#counts.delete(value);
      }
    }
  }
}
