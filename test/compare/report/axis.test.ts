import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Axis, placeAxis, valueAxis } from '../../../src/compare/report/axis.ts';

function labels({ ticks }: Axis): string[] {
  return ticks.map(({ label }) => label);
}

test('values that are near each other stand on a linear axis from 0', () => {
  assert.deepEqual(labels(valueAxis([40, 92])), ['0', '20', '40', '60', '80', '100']);
  assert.deepEqual(labels(valueAxis([0.1, 0.42])), ['0', '0.1', '0.2', '0.3', '0.4', '0.5']);
  assert.deepEqual(labels(valueAxis([0, 0])), ['0', '1']);
  assert.deepEqual(labels(valueAxis([-30, 40])), ['-40', '-20', '0', '20', '40']);
});

test('values that are decades apart stand on an axis of decades', () => {
  const axis = valueAxis([14, 3012]);
  assert.deepEqual(labels(axis), ['10', '100', '1,000', '10,000']);
  assert.equal(axis.at(100), 2);
});

test('0 has a place below the decades', () => {
  const axis = valueAxis([0, 20, 3000]);
  assert.deepEqual(labels(axis), ['0', '10', '100', '1,000', '10,000']);
  assert.equal(axis.at(0), axis.min);
});

test('places have a tick each, by orders of magnitude', () => {
  const axis = placeAxis([10, 100, 5000], String);
  assert.deepEqual(labels(axis), ['10', '100', '5000']);
  assert.equal(axis.at(100), 2);
  assert.ok(axis.min < 1 && axis.max > axis.at(5000));
});

test('one place alone is in the middle', () => {
  const { min, max, ticks } = placeAxis([10], String);
  assert.equal((min + max) / 2, ticks[0]?.at);
});

test('whatever the values, they lie within the axis, and it has 2 to 8 ticks in order', () => {
  const value = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e12, noNaN: true }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 9 }), (values) => {
      const axis = valueAxis(values);
      const rest = (axis.max - axis.min) * 1e-9;
      const within = (at: number) => at >= axis.min - rest && at <= axis.max + rest;
      assert.ok(values.map(axis.at).every(within));
      assert.ok(axis.ticks.every(({ at }) => within(at)));
      assert.ok(axis.ticks.length >= 2 && axis.ticks.length <= 8, String(axis.ticks.length));
      assert.deepEqual(
        axis.ticks,
        axis.ticks.toSorted((one, other) => one.at - other.at),
      );
      assert.ok(axis.max > axis.min);
    }),
  );
});
