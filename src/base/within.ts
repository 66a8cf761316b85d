import type { Clock } from './clock.ts';

/** What the promise gives within so many milliseconds; undefined when it takes longer, and then nobody waits for it any more. */
export async function within<T>(
  clock: Pick<Clock, 'sleep'>,
  milliseconds: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([promise, clock.sleep(milliseconds, over.signal).then(() => undefined)]);
  } finally {
    over.abort();
  }
}
