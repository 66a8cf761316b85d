import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pastOf, withoutSilence } from '../../src/page/rate-data.ts';
import { RATE_SERIES } from '../../src/page/rate-series.ts';
import { type Interval, intervalSchema } from '../../src/status/history.ts';
import { silentInterval } from '../status/silent-interval.ts';

const NO_MISSES = ['at', 'latencyP50', 'latencyP99', 'overruns'];

function interval(second: number, more: Partial<Interval> = {}): Interval {
  return { ...silentInterval(second * 1000), ...more };
}

test('everything that the daemon counts as a miss has a line of its own', () => {
  const counted = Object.keys(intervalSchema.shape).filter((name) => !NO_MISSES.includes(name));
  assert.deepEqual(RATE_SERIES.map(({ key }) => key).sort(), counted.sort());
  assert.equal(new Set(RATE_SERIES.map(({ colour }) => colour)).size, RATE_SERIES.length);
  assert.equal(new Set(RATE_SERIES.map(({ dash }) => dash.join())).size, RATE_SERIES.length);
});

test('rates are by the second, sums are of all, and what is not over is left out', () => {
  const intervals = [
    interval(10, { answered: 20, overruns: 1, latencyP50: 5, latencyP99: 9 }),
    interval(20, { answered: 5 }),
    interval(30, { answered: 1000 }),
  ];
  const { times, rates, sums, overruns, p50, p99 } = pastOf(intervals, 'hour');
  assert.deepEqual([times, rates[0], sums[0], overruns], [[10, 20], [2, 0.5], 25, [1, 0]]);
  assert.deepEqual(
    [p50, p99],
    [
      [5, null],
      [9, null],
    ],
  );
  assert.deepEqual(pastOf(intervals, 'minute').rates[0], [20, 5]);
  assert.deepEqual(pastOf([], 'minute').times, []);
});

test('a rise from nothing and a fall to nothing are drawn, and nothing between nothing is not', () => {
  assert.deepEqual(withoutSilence([0, 0, 5, 0, 0, 0, 1]), [null, 0, 5, 0, null, 0, 1]);
  assert.deepEqual(withoutSilence([0, 0, 0]), [null, null, null]);
});
