/** What is due waits no longer for misses to end, in milliseconds: with 100,000 entries every miss waits 0.3 s for it. */
const LONGEST_DELAY_MS = 60_000;

/** So many times as long as it took it rests: it takes a tenth of the time at most. */
const REST = 9;

export interface DueParts {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Asks to be woken in so many milliseconds. */
  readonly setAlarm?: (milliseconds: number) => void;
}

/** When something is to be done next that takes its time, and that others may ask for without end. */
export class Due {
  readonly #parts: DueParts;
  #at: number | undefined;
  #restUntil = Number.NEGATIVE_INFINITY;

  constructor(parts: DueParts) {
    this.#parts = parts;
  }

  /** It is to be done: now, or a little later when it was done just now. */
  ask(): void {
    const now = this.#parts.now();
    const due = Math.max(now, this.#restUntil);
    if (this.#at === undefined || this.#at > due) {
      this.#at = due;
      if (due > now) {
        this.#parts.setAlarm?.(due - now);
      }
    }
  }

  /** It is to be done now, however lately it was. */
  insist(): void {
    this.#at = Math.min(this.#at ?? Number.POSITIVE_INFINITY, this.#parts.now());
  }

  /** It is to be done in so many milliseconds, or when it has rested. */
  askIn(milliseconds: number): void {
    this.#at ??= Math.max(this.#parts.now() + milliseconds, this.#restUntil);
  }

  /** Whether it is to be done, now or later. */
  get isAsked(): boolean {
    return this.#at !== undefined;
  }

  /** It was done, from `begun` until now. */
  done(begun: number): void {
    const now = this.#parts.now();
    this.#restUntil = now + REST * (now - begun);
    this.#at = undefined;
  }

  /**
   * Whether its time has come. While misses wait, or come in a flood, it can wait too: it may take half a second, in which
   * as many come as the receive buffer holds.
   */
  isDue(isBusy: boolean): boolean {
    return this.#at !== undefined && this.#parts.now() - this.#at >= (isBusy ? LONGEST_DELAY_MS : 0);
  }
}
