import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { summarise } from '../../src/compare/report/summary.ts';
import { verdictOf } from '../../src/compare/report/verdict.ts';
import { figureOf, type Rounds, resultsOf } from '../support/few-results.ts';

/** Few distinct values, so that equal, close, zero and far apart all happen. */
const value = fc.oneof(
  fc.constantFrom(0, 1, 10, 11, 12, 13, 100),
  fc.double({ min: 0, max: 1e6, noNaN: true }),
);
const rounds = fc.array(fc.option(fc.array(value, { maxLength: 3 }), { nil: undefined }), {
  minLength: 1,
  maxLength: 3,
});
const contestants = fc.dictionary(fc.constantFrom('ann', 'bob', 'cem', 'dee'), rounds, { minKeys: 1 });
const better = fc.constantFrom('less' as const, 'more' as const);

const CLAIM = /(?:^|; |: )([a-z, ]+) (?:is|are) ahead(?: of ([a-z, ]+))? in figure/g;

function names(list: string | undefined): string[] {
  return (list ?? '').split(/, | and /);
}

/** Who is said to be ahead of whom: of everybody else where nobody is named. */
function claims(text: string | undefined, measured: Readonly<Record<string, Rounds>>): [string, string][] {
  return [...(text ?? '').matchAll(CLAIM)].flatMap(([, leaders, behind]) => {
    const others = Object.keys(measured).filter((name) => medians(measured[name]).length > 0);
    const last =
      behind === undefined ? others.filter((name) => !names(leaders).includes(name)) : names(behind);
    return names(leaders).flatMap((leader) => last.map((other): [string, string] => [leader, other]));
  });
}

function medians(list: Rounds | undefined): number[] {
  return (list ?? []).flatMap((values) => {
    const sorted = [...(values ?? [])].sort((one, other) => one - other);
    const [lower, upper] = [
      sorted[Math.floor((sorted.length - 1) / 2)],
      sorted[Math.floor(sorted.length / 2)],
    ];
    return lower === undefined || upper === undefined ? [] : [(lower + upper) / 2];
  });
}

test('who is said to be ahead is so in every round, by more than 20 %', () => {
  fc.assert(
    fc.property(contestants, better, (measured, direction) => {
      const results = resultsOf({ 10: measured });
      const figures = [figureOf({ better: direction })];
      const { groups } = verdictOf(results, summarise(results, figures), figures);
      for (const [leader, other] of [groups[0]?.text, groups[0]?.brief].flatMap((text) =>
        claims(text, measured),
      )) {
        const [low, high] = direction === 'less' ? [leader, other] : [other, leader];
        const [most, least] = [Math.max(...medians(measured[low])), Math.min(...medians(measured[high]))];
        assert.ok(most < least, `${leader} before ${other}: ${most} and ${least}`);
      }
    }),
    { numRuns: 300 },
  );
});

test('what is said of fewer nodes holds there, and turns what is said of the most', () => {
  let turned = 0;
  fc.assert(
    fc.property(contestants, contestants, better, (few, many, direction) => {
      const results = resultsOf({ 10: few, 1000: many });
      const figures = [figureOf({ better: direction })];
      const { groups } = verdictOf(results, summarise(results, figures), figures);
      const [main, elsewhere] = (groups[0]?.brief ?? '').split('But at 10 nodes: ');
      const there = claims(elsewhere, few);
      for (const [leader, other] of there) {
        const [low, high] = direction === 'less' ? [leader, other] : [other, leader];
        assert.ok(Math.max(...medians(few[low])) < Math.min(...medians(few[high])));
      }
      const behind = claims(main, many).map(([, other]) => other);
      assert.ok(there.length === 0 || there.some(([leader]) => behind.includes(leader)));
      turned += there.length > 0 ? 1 : 0;
    }),
    { numRuns: 300 },
  );
  assert.ok(turned > 20, `${turned} of 2,000 were turned`);
});

test('"no difference" is said only where there is none above 20 %, and the same data say the same in any order', () => {
  fc.assert(
    fc.property(contestants, better, (measured, direction) => {
      const figures = [figureOf({ better: direction })];
      const textOf = (given: typeof measured) => {
        const results = resultsOf({ 10: given });
        return verdictOf(results, summarise(results, figures), figures).groups[0]?.text ?? '';
      };
      const text = textOf(measured);
      if (text.startsWith('no difference')) {
        const [row] = summarise(resultsOf({ 10: measured }), figures);
        const values = (row?.cells ?? []).map((cell) => cell.value);
        assert.ok(Math.max(...values) <= Math.min(...values) * 1.200001);
      }
      assert.ok(
        /^(no difference|nothing to compare|a difference that)/.test(text) || text.search(CLAIM) === 0,
        text,
      );
    }),
    { numRuns: 300 },
  );
});

test('one who fails the same in every round is never ahead', () => {
  fc.assert(
    fc.property(contestants, (measured) => {
      const most = Math.max(
        0,
        ...Object.values(measured).flatMap((list) => list.flatMap((values) => values ?? [])),
      );
      const results = resultsOf({
        10: { ...measured, broken: [[most * 2 + 1], [most * 2 + 1], [most * 2 + 1]] },
      });
      const { groups, lead } = verdictOf(results, summarise(results, [figureOf()]), [figureOf()]);
      assert.doesNotMatch(groups[0]?.text ?? '', /broken(, | and |[a-z ])* (is|are) ahead/);
      assert.doesNotMatch(lead, /broken is ahead in [1-9]/);
    }),
    { numRuns: 200 },
  );
});
