import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backOff } from '../../src/base/back-off.ts';
import { systemClock } from '../../src/base/clock.ts';

test('the pause doubles from 100 ms up to 5 s', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => backOff(attempt, () => 1));
  assert.deepEqual(longest, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test('at most half of the pause is taken off (property)', () => {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.nat(2000), fraction, (attempt, random) => {
      const longest = backOff(attempt, () => 1);
      const pause = backOff(attempt, () => random);
      assert.ok(pause >= longest / 2 && pause <= longest);
    }),
  );
});

test('sleep ends after its time, or at once when the signal aborts', async () => {
  const controller = new AbortController();
  const begin = performance.now();
  await systemClock.sleep(20, controller.signal);
  assert.ok(performance.now() - begin >= 19);
  const long = systemClock.sleep(3_600_000, controller.signal);
  controller.abort();
  await long;
  await systemClock.sleep(3_600_000, controller.signal);
});

test('a time that setTimeout cannot take does not end at once', async () => {
  const controller = new AbortController();
  let ended = false;
  const long = systemClock.sleep(2 ** 40, controller.signal).then(() => {
    ended = true;
  });
  await systemClock.sleep(20, new AbortController().signal);
  assert.equal(ended, false);
  controller.abort();
  await long;
  await systemClock.sleep(-5, new AbortController().signal);
});

test('the clock goes forward', () => {
  const before = systemClock.monotonic();
  assert.ok(systemClock.monotonic() >= before);
  assert.ok(Math.abs(systemClock.wall() - Date.now()) < 1000);
});
