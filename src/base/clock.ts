import { setTimeout as delay } from 'node:timers/promises';

/** Time as the daemon sees it, injected so that tests need not wait for it. */
export interface Clock {
  /** Wall clock in milliseconds since 1970; it can jump, so it serves only what is shown or shared with etcd. */
  wall(): number;
  /** Monotonic milliseconds from an arbitrary start, for intervals. */
  monotonic(): number;
  /** Resolves after `milliseconds`, or at once when the signal aborts: the caller looks at the signal. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/**
 * When this thread's `performance.now()` was 0, in milliseconds of CLOCK_MONOTONIC, which all threads of the process share.
 * `performance.timeOrigin` would not do: it is of the wall clock, which may be set between the starts of two threads.
 */
export function monotonicOrigin(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6 - performance.now();
}

/** setTimeout takes at most 2^31-1 ms and fires at once above it. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * What setTimeout has to be given to fire no sooner than after so many milliseconds: it cuts off fractions of what it is
 * given, and libuv those of the time at which it began.
 */
export function neverBefore(milliseconds: number): number {
  return Math.min(Math.ceil(milliseconds) + 1, LONGEST_TIMER);
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    try {
      await delay(Math.min(Math.max(milliseconds, 0), LONGEST_TIMER), undefined, { signal });
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    }
  },
};
