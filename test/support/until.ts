import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** Polls until the condition holds; fails, naming what was awaited, when it does not within `withinMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    assert.ok(performance.now() < end, `${what}: not within ${withinMs} ms`);
    await delay(5);
  }
}
