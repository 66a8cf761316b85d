/**
 * What had been counted at moments of the past, so that what was counted since can be told: one moment in each `width`, as
 * far back as `span`. Nothing is kept of a time in which nothing was noted, for then nothing changed.
 */
export class Baselines<T> {
  readonly #width: number;
  readonly #span: number;
  /** By the interval that began then, oldest first. */
  readonly #counted = new Map<number, T>();
  #current = Number.NaN;
  #latest: T;

  /** @param width milliseconds, as `span`; what is told reaches back up to one `width` further */
  constructor(width: number, span: number, start: T) {
    this.#width = width;
    this.#span = span;
    this.#latest = start;
  }

  /** To be called about once a second as long as something is counted. @param at milliseconds of a clock that never goes back */
  note(at: number, counted: T): void {
    const index = Math.floor(at / this.#width);
    if (index !== this.#current) {
      this.#current = index;
      this.#counted.set(index, this.#latest);
      this.#forget(this.#begin(at));
    }
    this.#latest = counted;
  }

  /** What had been counted when the span began that ends now. */
  before(at: number): T {
    const begin = this.#begin(at);
    for (const [index, counted] of this.#counted) {
      if (index >= begin) {
        return counted;
      }
    }
    return this.#latest;
  }

  #begin(at: number): number {
    return Math.floor((at - this.#span) / this.#width);
  }

  #forget(begin: number): void {
    for (const index of this.#counted.keys()) {
      if (index < begin) {
        this.#counted.delete(index);
      }
    }
  }
}
