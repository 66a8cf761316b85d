import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statisticOf } from '../../src/compare/statistic.ts';

const hundred = Array.from({ length: 100 }, (_, index) => (index * 37) % 100);

for (const [statistic, values, expected] of [
  ['median', [3, 1, 2], 2],
  ['median', [10, 9, 1, 2], 5.5],
  ['median', [9, 10, 100], 10],
  ['p99', hundred, 98],
  ['p99', [...hundred, 1000], 99],
  ['p99', [5], 5],
  ['sum', [1, 2, 3.5], 6.5],
  ['smallest', [-3, -1, -2], -3],
  ['largest', [-3, -1, -2], -1],
] as const) {
  test(`${statistic} of ${values.length} values is ${expected}`, () => {
    assert.equal(statisticOf(statistic, values), expected);
  });
}

test('no values have no statistic', () => {
  for (const statistic of ['median', 'p99', 'sum', 'smallest', 'largest'] as const) {
    assert.equal(statisticOf(statistic, []), undefined);
  }
});

test('a million values are no trouble', () => {
  const values = Array.from({ length: 1_000_000 }, (_, index) => index);
  assert.equal(statisticOf('largest', values), 999_999);
});
