import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  countBelow,
  difference,
  LatencyHistogram,
  lowerEdge,
  noLatencies,
  quantile,
} from '../../../src/misses/recording/latency-histogram.ts';

const LONGEST = 2 ** 31 - 1;

function histogramOf(nanoseconds: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const one of nanoseconds) {
    histogram.note(Float64Array.of(7, one / 1e6), 1);
  }
  return histogram;
}

test('any latency up to 2.1 s comes back within 1 %', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: LONGEST }), (nanoseconds) => {
      const found = quantile(histogramOf([nanoseconds]).read(), 1) ?? 0;
      // A nanosecond may be lost where milliseconds become nanoseconds.
      assert.ok(Math.abs(found - nanoseconds) <= nanoseconds * 0.01 + 1, `${found} for ${nanoseconds}`);
    }),
  );
});

test('quantiles are those of the sorted latencies, within 1 %', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 100, max: 1e9 }), { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.5, 0.9, 0.99, 1),
      (latencies, share) => {
        const sorted = [...latencies].sort((one, other) => one - other);
        const right = sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
        const found = quantile(histogramOf(latencies).read(), share) ?? 0;
        assert.ok(Math.abs(found - right) <= right * 0.01 + 1, `${found} for ${right}`);
      },
    ),
  );
});

test('what is longer than 2.1 s counts as that', () => {
  const { count, sum, buckets } = histogramOf([5e9]).read();
  assert.deepEqual([count, sum, buckets.at(-1)], [1, LONGEST, 1]);
});

test('the count below a power of two is exact, and the sum too', () => {
  const read = histogramOf([1023, 1024, 1025, 4096, 70_000]).read();
  assert.deepEqual([countBelow(read, 1024), countBelow(read, 4096), countBelow(read, 131_072)], [1, 3, 5]);
  assert.equal(read.sum, 1023 + 1024 + 1025 + 4096 + 70_000);
});

test('buckets adjoin each other', () => {
  const { buckets } = noLatencies();
  for (let place = 0; place < buckets.length; place++) {
    const from = lowerEdge(place);
    const histogram = histogramOf([]);
    histogram.note(Float64Array.of((from + 0.5) / 1e6), 0);
    assert.equal(histogram.read().buckets[place], 1, `bucket ${place} from ${from}`);
  }
});

test('a difference holds what came between', () => {
  const histogram = histogramOf([1000, 2000]);
  const before = histogram.read();
  histogram.note(Float64Array.of(3), 0);
  const between = difference(histogram.read(), before);
  assert.deepEqual([between.count, between.sum], [1, 3e6]);
  const middle = quantile(between, 0.5) ?? 0;
  assert.ok(Math.abs(middle - 3e6) <= 3e4, `${middle}`);
});

test('of nothing there is no quantile', () => {
  assert.equal(quantile(noLatencies(), 0.5), undefined);
});
