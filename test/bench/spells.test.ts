import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRecorded, ratesLeft } from '../../scripts/bench/spells.ts';

const NANOSECONDS_PER_MS = 1e6;

/** Answers of the time from `begin` to `end`, in milliseconds, so many a millisecond while it is recorded and while not. */
function arrivals(begin: number, end: number, recorded: number, forgotten: number): number[] {
  const found: number[] = [];
  for (let time = begin; time < end; time += 1 / (isRecorded(time) ? recorded : forgotten)) {
    found.push(time * NANOSECONDS_PER_MS);
  }
  return found;
}

test('spells of twelve milliseconds take turns', () => {
  assert.deepEqual(
    [0, 11.9, 12, 23.9, 24].map((time) => isRecorded(time)),
    [true, true, false, false, true],
  );
});

test('each two whole spells side by side tell the rate that is left', () => {
  const left = ratesLeft(arrivals(1202, 1290, 96, 100));
  // Whole ones are 1212 to 1284, which makes five pairs of six.
  assert.equal(left.length, 5);
  assert.ok(
    left.every((rate) => Math.abs(rate - 0.96) < 0.01),
    String(left),
  );
});

test('the order of the answers and destinations without one do not matter', () => {
  const times = arrivals(1200, 1290, 50, 100);
  assert.deepEqual(ratesLeft([0, ...times.toReversed(), 0]), ratesLeft(times));
});

test('a spell in which nothing was answered is in no pair', () => {
  const times = arrivals(1200, 1290, 96, 100);
  const standsStill = (time: number) => time >= 1236 * NANOSECONDS_PER_MS && time < 1248 * NANOSECONDS_PER_MS;
  assert.equal(ratesLeft(times).length, 6);
  assert.equal(ratesLeft(times.filter((time) => !standsStill(time))).length, 4);
});

test('without a whole spell there is no rate', () => {
  assert.deepEqual(ratesLeft([]), []);
  assert.deepEqual(ratesLeft(arrivals(1201, 1211, 96, 100)), []);
});
