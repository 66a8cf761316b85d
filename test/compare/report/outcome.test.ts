import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Outcome, outcomeOf } from '../../../src/compare/report/outcome.ts';
import { summarise } from '../../../src/compare/report/summary.ts';
import { figureOf, type Rounds, resultsOf } from '../../support/few-results.ts';

/** `a > b c`: a is ahead of b and c. */
function said(outcome: Outcome): string {
  const names = (cells: readonly { contestant: string }[]) =>
    cells.map(({ contestant }) => contestant).join(' ');
  return outcome.kind === 'ahead' ? `${names(outcome.leaders)} > ${names(outcome.behind)}` : outcome.kind;
}

const steady = (value: number): Rounds => [[value], [value], [value]];

const CASES: readonly (readonly [string, 'less' | 'more', Readonly<Record<string, Rounds>>])[] = [
  ['alone', 'less', { a: steady(1) }],
  ['alone', 'less', { a: [undefined] }],
  ['level', 'less', { a: steady(10), b: steady(12) }],
  ['a > b', 'less', { a: steady(10), b: steady(12.1) }],
  ['b > a', 'more', { a: steady(10), b: steady(12.1) }],
  ['level', 'more', { a: steady(10), b: steady(12) }],
  ['level', 'less', { a: steady(0), b: steady(0) }],
  ['a > b', 'less', { a: steady(0), b: steady(1) }],
  ['b > a', 'more', { a: steady(0), b: steady(1) }],
  ['b a > c', 'less', { a: steady(11), b: steady(10), c: steady(40) }],
  ['a > b c', 'less', { a: steady(1), c: steady(9), b: steady(2) }],
  // b is within 20 % of both: neither ahead nor behind.
  ['a > c', 'less', { a: steady(10), b: steady(11.9), c: steady(12.1) }],
  // Twice as much, but not in every round.
  ['unclear', 'less', { a: [[10], [10], [30]], b: [[20], [20], [20]] }],
  ['unclear', 'more', { a: [[10], [10], [30]], b: [[20], [20], [20]] }],
  // b differs from the best in some rounds only, and is not ahead of c in all of them.
  ['a > c', 'less', { a: steady(10), b: [[5], [20], [45]], c: steady(40) }],
];

test('what is less than a figure can tell is that much, and no difference below it is one', () => {
  const outcomes = [steady(4.9), steady(20)].map((other) => {
    const results = resultsOf({ 10: { a: steady(0.1), b: other } });
    const [row] = summarise(results, [figureOf({ resolution: 5 })]);
    assert.ok(row);
    return said(outcomeOf(row));
  });
  assert.deepEqual(outcomes, ['level', 'a > b']);
});

test('of smallest values each has to be confirmed, and most rounds have to show it by themselves', () => {
  const outcomes = [
    [[7], [12], [7.2]],
    [[7], [15], [12]],
    [[7], [12.2], [7.2], [12], [12.3]],
  ].map((rounds) => {
    const results = resultsOf({ 10: { a: rounds, b: [[30], [12.1], [12], [12.1], [12.2]] } });
    const [row] = summarise(results, [figureOf({ statistic: 'smallest' })]);
    assert.ok(row);
    return said(outcomeOf(row));
  });
  assert.deepEqual(outcomes, ['a > b', 'unclear', 'unclear']);
});

for (const [expected, better, contestants] of CASES) {
  test(`${better} is better, ${JSON.stringify(contestants)}: ${expected}`, () => {
    const [row] = summarise(resultsOf({ 10: contestants }), [figureOf({ better })]);
    assert.ok(row);
    assert.equal(said(outcomeOf(row)), expected);
  });
}
