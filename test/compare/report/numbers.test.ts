import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  countText,
  listText,
  numberText,
  plainText,
  quantityText,
  ratioText,
  scaleFor,
  shareText,
} from '../../../src/compare/report/numbers.ts';

for (const [value, expected] of [
  [0, '0'],
  [3, '3'],
  [0.0625, '0.0625'],
  [0.1, '0.100'],
  [1.234, '1.23'],
  [1.5, '1.50'],
  [99.96, '100'],
  [123.4, '123'],
  [3010, '3,010'],
  [999_999.4, '999,999'],
  [1_250_000, '1.25M'],
  [123_456_789, '123M'],
  [2_000_000_000, '2G'],
  [5e14, '5.0e+14'],
  [0.000_012, '1.2e-5'],
  [-4.5, '-4.50'],
] as const) {
  test(`${value} is shown as ${expected}`, () => assert.equal(numberText(value), expected));
}

for (const [ratio, expected] of [
  [0, '0x'],
  [0.004, '<0.01x'],
  [0.986, '0.99x'],
  [1, '1.00x'],
  [1.994, '1.99x'],
  [1.996, '2.0x'],
  [9.94, '9.9x'],
  [9.96, '10x'],
  [251.4, '251x'],
  [1234, '1,234x'],
  [9999.4, '9,999x'],
  [12_345, '12.3kx'],
  [999_499, '999kx'],
  [1e9, '>999kx'],
] as const) {
  test(`the ratio ${ratio} is shown as ${expected}, in six characters`, () => {
    assert.equal(ratioText(ratio), expected);
    assert.ok(expected.length <= 6);
  });
}

test('values side by side share the unit that fits the middle of them', () => {
  assert.deepEqual(scaleFor('us', [62, 198]), { unit: 'us', divisor: 1 });
  assert.deepEqual(scaleFor('us', [62, 3_200_000]), { unit: 'ms', divisor: 1000 });
  assert.deepEqual(scaleFor('ms', [0.05, 0.07]), { unit: 'us', divisor: 0.001 });
  assert.deepEqual(scaleFor('s', [7200]), { unit: 's', divisor: 1 });
  assert.deepEqual(scaleFor('B', [0, 190_000]), { unit: 'KiB', divisor: 1024 });
  assert.deepEqual(scaleFor('MiB', [4096]), { unit: 'GiB', divisor: 1024 });
  assert.deepEqual(scaleFor('/s', [1e9]), { unit: '/s', divisor: 1 });
  assert.deepEqual(scaleFor('ms', [0, 0]), { unit: 'ms', divisor: 1 });
  assert.deepEqual(scaleFor('', []), { unit: '', divisor: 1 });
});

test('alone a value has the unit that fits it', () => {
  assert.equal(quantityText(2230, 'ms'), '2.23 s');
  assert.equal(quantityText(0.0621, 'ms'), '62.1 us');
  assert.equal(quantityText(3010, ''), '3,010');
  assert.equal(quantityText(0, 'us'), '0 us');
});

test('shares, counts and lists', () => {
  assert.deepEqual([0.01, 0.1, 0.005, 1].map(shareText), ['1 %', '10 %', '0.5 %', '100 %']);
  assert.deepEqual([countText(1, 'node'), countText(1000, 'node')], ['1 node', '1,000 nodes']);
  assert.deepEqual(
    [[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((items) => listText(items)),
    ['', 'a', 'a and b', 'a, b and c'],
  );
});

test('round numbers have no zeros at their end', () => {
  assert.deepEqual([0, 0.1, 0.5, 2500, 1e6, 1e7, 1e9, 0.30000000000000004, 1e-5].map(plainText), [
    '0',
    '0.1',
    '0.5',
    '2,500',
    '1M',
    '10M',
    '1G',
    '0.3',
    '1e-5',
  ]);
});
