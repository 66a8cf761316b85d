import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HeavyHitters } from '../../../src/misses/recording/heavy-hitters.ts';

const KEPT = 10;

test('what is seen most is there, and each count is too low by no more than the error that is told', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 60 }), { maxLength: 2000 }), (values) => {
      const hitters = new HeavyHitters(KEPT);
      const counts = new Map<number, number>();
      for (const value of values) {
        hitters.note(value);
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      const found = new Map(hitters.most(1000).map(({ value, count }) => [value, count]));
      assert.ok(hitters.error <= values.length / KEPT);
      for (const [value, count] of counts) {
        const told = found.get(value) ?? 0;
        assert.ok(told <= count && count <= told + hitters.error, `${value}: ${told} of ${count}`);
      }
    }),
  );
});

test('memory is for twice as many values as are kept', () => {
  const hitters = new HeavyHitters(KEPT);
  for (let value = 0; value < 10_000; value++) {
    hitters.note(value);
  }
  assert.ok(hitters.most(10_000).length <= 2 * KEPT);
});

test('most comes first, and of equals the smaller value', () => {
  const hitters = new HeavyHitters(KEPT);
  for (const value of [5, 9, 9, 3, 3]) {
    hitters.note(value);
  }
  assert.deepEqual(hitters.most(2), [
    { value: 3, count: 2 },
    { value: 9, count: 2 },
  ]);
});
