import type { Clock } from './clock.ts';

/** So many at once; after that one for each interval. */
const AT_ONCE = 10;
const INTERVAL_MS = 1000;

/** Bounds how often something happens that others may cause without end: at once as a rule, seldom when it goes on. */
export class Budget {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #left = AT_ONCE;
  #filledAt: number;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#filledAt = clock.monotonic();
  }

  /** Takes one out; false when nothing is left. */
  take(): boolean {
    const refill = Math.floor((this.#clock.monotonic() - this.#filledAt) / INTERVAL_MS);
    this.#filledAt += refill * INTERVAL_MS;
    this.#left = Math.min(this.#left + refill, AT_ONCE);
    if (this.#left === 0) {
      return false;
    }
    this.#left -= 1;
    return true;
  }
}
