import { type Clock, neverBefore } from '../base/clock.ts';
import { type History, type Reading, TimeSeries, type Totals } from './history.ts';

const SECOND_MS = 1000;

export interface PastParts {
  readonly clock: Clock;
  /** Wall clock at which the monotonic clock was 0. */
  readonly clockOrigin: () => number;
  readonly start: Totals;
  readonly read: () => Omit<Reading, 'at'>;
  /** A second was written down. */
  readonly onSecond: () => void;
}

/**
 * Writes the past down, second by second while it runs. Its seconds begin with those of the wall clock at its start, and
 * then go by the monotonic clock: whoever sets the wall clock changes how they are called, and loses none.
 */
export class Past {
  readonly #parts: PastParts;
  readonly #origin: number;
  readonly #series: TimeSeries;
  #timer: NodeJS.Timeout | undefined;
  /** Of the second that is being written down. */
  #end = Number.POSITIVE_INFINITY;

  constructor(parts: PastParts) {
    this.#parts = parts;
    this.#origin = parts.clockOrigin();
    this.#series = new TimeSeries(parts.start);
  }

  run(): void {
    if (this.#timer === undefined) {
      this.#plan();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#end = Number.POSITIVE_INFINITY;
  }

  history(): History {
    this.#note();
    return this.#series.read(this.#now(), this.#parts.clockOrigin() - this.#origin);
  }

  #plan(): void {
    const now = this.#now();
    this.#end = (Math.floor(now / SECOND_MS) + 1) * SECOND_MS;
    this.#timer = setTimeout(() => this.#endSecond(), neverBefore(this.#end - now)).unref();
  }

  #endSecond(): void {
    this.#note();
    this.#plan();
    this.#parts.onSecond();
  }

  /**
   * What is read after the end of a second that is not written down yet belongs to that second: timers are late. When main
   * stood still for longer, nobody can tell any more what happened when.
   */
  #note(): void {
    const at = Math.min(this.#now(), this.#end - 1);
    this.#series.note({ at, ...this.#parts.read() });
  }

  #now(): number {
    return this.#origin + this.#parts.clock.monotonic();
  }
}
