import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from '../../../src/cli/show/columns.ts';
import { fact } from '../../../src/cli/show/fact.ts';
import { count, countWithin, fit, microseconds, perSecond, printable } from '../../../src/cli/show/text.ts';

test('numbers have commas, and units where there is no room for them', () => {
  assert.deepEqual([0, 999, 1000, 15_203, 1_234_567].map(count), [
    '0',
    '999',
    '1,000',
    '15,203',
    '1,234,567',
  ]);
  assert.equal(countWithin(1_234_567, 9), '1,234,567');
  assert.equal(countWithin(1_234_567, 8), '1 M');
  assert.equal(countWithin(9_007_199_254_740_991, 9), '9,007 T');
});

test('rates below ten have one decimal, and a little is not nothing', () => {
  assert.deepEqual([0, 0.017, 0.05, 2.04, 9.94, 9.95, 1234.4].map(perSecond), [
    '0',
    '<0.1',
    '0.1',
    '2.0',
    '9.9',
    '10',
    '1,234',
  ]);
});

test('times have three digits and the unit that fits', () => {
  assert.deepEqual(
    [null, 0, 0.4, 45.94, 999.4, 999.5, 12_345, 999_499, 999_500, 2_100_000].map(microseconds),
    ['-', '0 us', '0.4 us', '45.9 us', '999 us', '1 ms', '12.3 ms', '999 ms', '1 s', '2.1 s'],
  );
});

test('foreign text cannot move the cursor, and is cut where it is too long', () => {
  assert.equal(printable('a\u001b[2J\nb\u009b\u2028'), 'a?[2J?b??');
  assert.deepEqual([fit('abc', 3), fit('abcd', 3), fit('abcd', 1), fit('abcd', 0)], ['abc', 'ab~', '~', '']);
});

test('a table is as wide as its cells, with numbers at the right, and closer together where it would be too wide', () => {
  const columns = [{ title: 'name' }, { title: 'n', right: true }];
  assert.deepEqual(
    table(columns, [
      ['a', '10'],
      ['longer', '1'],
    ]),
    ['name     n', 'a       10', 'longer   1'],
  );
  assert.deepEqual(table(columns, [['x'.repeat(78), '1']]), [
    `name${' '.repeat(75)}n`,
    `${'x'.repeat(78)} 1`,
  ]);
});

test('the parts of a fact stay whole where they can, below the first one', () => {
  const parts = ['one two', 'x'.repeat(50), 'three four five'];
  assert.deepEqual(fact('term', parts), [
    `term           one two, ${'x'.repeat(50)},`,
    `${' '.repeat(15)}three four five`,
  ]);
  assert.deepEqual(fact('term', ['word '.repeat(20).trim()]), [
    `term           ${'word '.repeat(13).trim()}`,
    `${' '.repeat(15)}${'word '.repeat(7).trim()}`,
  ]);
});
