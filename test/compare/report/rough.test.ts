import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratioMark } from '../../../src/compare/report/ratio-mark.ts';
import { isRough } from '../../../src/compare/report/rough.ts';

test('a ratio that each round shows alike is not rough, whatever the values do', () => {
  assert.equal(isRough([2, 20, 4, 8, 6], [1, 10, 2, 4, 3]), false);
  assert.equal(isRough([2.0, 2.1, 1.9, 2.05, 1.95], [1, 1, 1, 1, 1]), false);
});

test('a ratio that each round shows another is rough', () => {
  assert.equal(isRough([2, 3, 1, 2, 2], [1, 1, 1, 1, 1]), true);
  assert.equal(isRough([1.5, 9], [4, 4]), true);
});

test('the same spread is less rough with more rounds', () => {
  const rounds = (count: number) => Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 1 : 1.25));
  const ones = (count: number) => rounds(count).map(() => 1);
  assert.deepEqual([isRough(rounds(4), ones(4)), isRough(rounds(20), ones(20))], [true, false]);
});

test('one round, and rounds with 0, tell nothing', () => {
  assert.deepEqual(
    [isRough([1], [5]), isRough([0, 1], [1, 1]), isRough([1, 1], [1, 0])],
    [false, false, false],
  );
});

test('a rough ratio has as much room as another one', () => {
  const marks = [0.004, 0.98, 1.04, 9.94, 12.4, 251, 999.4, 1234, 12_345, 123_456, 2_000_000].map((ratio) =>
    ratioMark({ ratio, rough: true }),
  );
  assert.deepEqual(marks, [
    ...[
      '<0.01x',
      '~0.98x',
      '~1.04x',
      '~9.9x',
      '~12x',
      '~250x',
      '~1000x',
      '~1.2kx',
      '~12kx',
      '~120kx',
      '>999kx',
    ],
  ]);
});

test('the mark says that a ratio is rough', () => {
  assert.deepEqual(
    [
      ratioMark({ ratio: 3.2, rough: true }),
      ratioMark({ ratio: 3.2, rough: false }),
      ratioMark({ ratio: 1, rough: true }),
      ratioMark({ ratio: undefined, rough: false }),
    ],
    ['~3.2x', '3.2x', '', ''],
  );
});
