import assert from 'node:assert/strict';
import { test } from 'node:test';
import { within } from '../../src/base/within.ts';
import { ManualClock } from '../support/manual-clock.ts';

test('a promise has so long, no longer, and nothing sleeps on once it is kept', async () => {
  const clock = new ManualClock();
  assert.equal(await within(clock, 1000, Promise.resolve(7)), 7);
  await assert.rejects(within(clock, 1000, Promise.reject(new RangeError('broken'))), RangeError);
  assert.equal(clock.sleeping, 0);
  const late = within(clock, 1000, new Promise<number>(() => undefined));
  await clock.advance(999);
  assert.equal(clock.sleeping, 1);
  await clock.advance(1);
  assert.equal(await late, undefined);
});
