import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastGapText, ratioMark } from '../../../src/compare/report/ratio-mark.ts';
import { isContradicted, isUnsettled } from '../../../src/compare/report/unsettled.ts';

const ones = (count: number) => new Array<number>(count).fill(1);

test('a ratio that each round shows alike is settled, whatever the values do', () => {
  assert.equal(isUnsettled({ one: [2, 20, 4, 8, 6], other: [1, 10, 2, 4, 3], ratio: 2 }), false);
  assert.equal(isUnsettled({ one: [2.0, 2.1, 1.9, 2.05, 1.95], other: ones(5), ratio: 2 }), false);
});

test('a ratio that each round shows another is not settled', () => {
  assert.equal(isUnsettled({ one: [2, 3, 1, 2, 2], other: ones(5), ratio: 2 }), true);
  assert.equal(isUnsettled({ one: [1.5, 9], other: [4, 4], ratio: 1.3 }), true);
});

test('a ratio that is told is not settled by rounds that agree on another one', () => {
  const settles = (ratio: number) => !isUnsettled({ one: [2, 2, 2, 2, 2], other: ones(5), ratio });
  assert.deepEqual([1.78, 1.82, 2, 2.2, 2.24].map(settles), [false, true, true, true, false]);
});

test('a ratio is contradicted unless more than half of the rounds come to it, within 10 %', () => {
  const of = (one: number[], ratio: number) => isContradicted({ one, other: ones(one.length), ratio });
  assert.equal(of([1.7, 1.78, 1.64, 2.4, 9], 1.72), false);
  assert.equal(of([3.3, 1.9, 6.7, 2.67, 1.46], 2.48), true);
  assert.equal(of([2, 2, 3, 3], 2), true);
  assert.equal(of([2], 2), false);
  assert.equal(of([0, 0], 0), false);
});

test('the same spread settles more with more rounds', () => {
  const of = (count: number) => {
    const one = ones(count).map((value, round) => value * (round % 2 === 0 ? 1 : 1.25));
    return isUnsettled({ one, other: ones(count), ratio: Math.sqrt(1.25) });
  };
  assert.deepEqual([of(4), of(20)], [true, false]);
});

test('one round, and rounds with 0, tell nothing of that', () => {
  assert.deepEqual(
    [
      isUnsettled({ one: [1], other: [5], ratio: 0.2 }),
      isUnsettled({ one: [0, 1], other: [1, 1], ratio: 0.5 }),
      isUnsettled({ one: [1, 1], other: [1, 0], ratio: 2 }),
    ],
    [false, false, false],
  );
});

test('what the rounds do not settle is bounded by what all of them exceed, or none, in as much room as a ratio', () => {
  const mark = (ratio: number, least: number, most: number) =>
    ratioMark({ ratio, unsettled: { least, most } });
  const marks = [
    mark(1.9, 1.057, 2.4),
    mark(11, 9.97, 30),
    mark(12.4, 10.99, 30),
    mark(300, 259, 900),
    mark(1400, 1290, 2000),
    mark(150_000, 123_456, 200_000),
    mark(3e6, 2_345_678, 9e6),
    mark(0.8, 0.5, 0.911),
    mark(0.004, 0.001, 0.006),
  ];
  assert.deepEqual(marks, [
    ...['>1.05x', '>9.9x', '>10x', '>250x', '>1.2kx', '>120kx', '>2.3Mx', '<0.92x', '<0.01x'],
  ]);
});

test('where the rounds do not agree which is the better, the bound is on the side of the ratio', () => {
  const marks = [
    ratioMark({ ratio: 1.2, unsettled: { least: 0.9, most: 1.411 } }),
    ratioMark({ ratio: 3, unsettled: { least: 0.5, most: 9.91 } }),
    ratioMark({ ratio: 3, unsettled: { least: 0.5, most: 998 } }),
    ratioMark({ ratio: 0.9, unsettled: { least: 0.708, most: 1.2 } }),
  ];
  assert.deepEqual(marks, ['<1.42x', '<10x', '<1.0kx', '>0.70x']);
});

test('a settled ratio is told as it is, and none where there is nothing to tell', () => {
  const marks = [3.2, 1, undefined].map((ratio) => ratioMark({ ratio, unsettled: undefined }));
  assert.deepEqual(
    [...marks, ratioMark({ ratio: 1, unsettled: { least: 0.8, most: 1.3 } })],
    ['3.2x', '', '', ''],
  );
});

test('a gap that is not settled is told by what it exceeds', () => {
  assert.deepEqual([1.239, 2.58, 120.4].map(leastGapText), ['1.23x or more', '2.5x or more', '120x or more']);
});
