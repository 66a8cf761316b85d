import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/base/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that stands still until the test advances it. */
export class ManualClock implements Clock {
  #monotonic = 0;
  #wall: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#wall = wall;
  }

  wall(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** How many sleeps are pending. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { until: this.#monotonic + Math.max(0, milliseconds), wake };
      signal.addEventListener('abort', wake);
      this.#sleepers.add(sleeper);
    });
  }

  /** Lets time pass: sleepers wake in order, and what they start runs before the next one wakes. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    await turn();
    for (let next = this.#nextBefore(end); next !== undefined; next = this.#nextBefore(end)) {
      this.#moveTo(next.until);
      next.wake();
      await turn();
    }
    this.#moveTo(end);
    await turn();
  }

  /** Sets the wall clock forward or back, as NTP or an administrator does. */
  jumpWall(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  #nextBefore(end: number): Sleeper | undefined {
    const due = Array.from(this.#sleepers).filter(({ until }) => until <= end);
    return due.reduce<Sleeper | undefined>(
      (first, sleeper) => (first === undefined || sleeper.until < first.until ? sleeper : first),
      undefined,
    );
  }

  #moveTo(monotonic: number): void {
    const by = Math.max(0, monotonic - this.#monotonic);
    this.#monotonic += by;
    this.#wall += by;
  }
}
