import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatencyHistogram } from '../../src/misses/recording/latency-histogram.ts';
import { barsOf, latencyAt, placeOf } from '../../src/page/latency-data.ts';
import { describeLatency } from '../../src/status/latency.ts';

/** @param milliseconds of each answer */
function latencyOf(...milliseconds: number[]) {
  const histogram = new LatencyHistogram();
  for (const index of milliseconds.keys()) {
    histogram.note(Float64Array.from(milliseconds), index);
  }
  return describeLatency(histogram.read());
}

test('bars are shares of all, with an empty place at either end', () => {
  const { places, shares } = barsOf(latencyOf(0.01, 0.01, 0.01, 0.5));
  assert.equal(
    shares.reduce((sum, share) => sum + share, 0),
    100,
  );
  assert.deepEqual([shares[0], shares.at(-1)], [0, 0]);
  assert.deepEqual([shares[1], shares.at(-2)], [75, 25]);
  assert.equal(places.length, shares.length);
});

test('a latency lies within its bar', () => {
  for (const microseconds of [0.5, 3, 12.3, 900, 2_000_000]) {
    const { places, shares } = barsOf(latencyOf(microseconds / 1000));
    const middle = places[shares.indexOf(100)] ?? Number.NaN;
    if (microseconds > 1.024) {
      assert.ok(Math.abs(placeOf(microseconds) - middle) <= 0.5, `${microseconds}`);
    }
    assert.ok(Math.abs(latencyAt(placeOf(microseconds)) - microseconds) < 1e-6);
  }
});

test('without an answer there are bars of no height', () => {
  const { places, shares } = barsOf(latencyOf());
  assert.ok(places.length >= 6);
  assert.ok(shares.every((share) => share === 0));
});

test('the longest have their bar', () => {
  assert.equal(barsOf(latencyOf(5000)).shares.includes(100), true);
});
