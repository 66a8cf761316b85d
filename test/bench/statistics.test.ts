import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alternate, median, quantile, summarise } from '../../scripts/bench/statistics.ts';

test('quantiles are samples, by nearest rank', () => {
  const samples = [50, 10, 40, 20, 30];
  assert.deepEqual(
    [0.01, 0.2, 0.21, 0.5, 0.99, 1].map((part) => quantile(samples, part)),
    [10, 10, 20, 30, 50, 50],
  );
  assert.equal(quantile([...Array(1000).keys()], 0.99), 989);
  assert.deepEqual(samples, [50, 10, 40, 20, 30], 'the samples stay as they are');
});

test('at least the part asked for does not exceed the quantile, and no smaller sample has that', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { minLength: 1 }),
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      (samples, part) => {
        const found = quantile(samples, part);
        const upTo = (bound: number) => samples.filter((sample) => sample <= bound).length;
        assert.ok(upTo(found) >= part * samples.length - 1e-9);
        assert.ok(upTo(found - 1) < part * samples.length);
      },
    ),
  );
});

test('the median of an even number is the mean of the middle two', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([10, 9]), 9.5);
});

test('nothing has neither quantile nor median, and its summary is zero', () => {
  assert.throws(() => quantile([], 0.5), /samples: none; allowed: at least one/);
  assert.throws(() => median([]), /samples: none/);
  assert.deepEqual(summarise([]), { count: 0, p50: 0, p90: 0, p99: 0, max: 0 });
});

test('sides take turns forwards and backwards', () => {
  assert.equal(alternate(['A', 'B'], 5).join(''), 'ABBAABBAAB');
  assert.equal(alternate(['A', 'B', 'C'], 2).join(''), 'ABCCBA');
});
