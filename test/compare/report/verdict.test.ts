import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figure } from '../../../src/compare/figure.ts';
import { summarise } from '../../../src/compare/report/summary.ts';
import { verdictOf, verdictText } from '../../../src/compare/report/verdict.ts';
import type { Results } from '../../../src/compare/results.ts';
import { sampleFigures } from '../../support/comparison-figures.ts';
import { sampleResults } from '../../support/comparison-sample.ts';
import { figureOf, type Rounds, resultsOf } from '../../support/few-results.ts';

function said(results: Results, figures: readonly Figure[] = [figureOf()]) {
  return verdictOf(results, summarise(results, figures), figures);
}

const steady = (value: number): Rounds => [[value], [value], [value]];

test('the verdict of the sample says what was put into it', () => {
  const { lead, groups } = said(sampleResults(), sampleFigures);
  assert.match(lead, /^At 1,000 nodes, 100 % active: of 19 figures lazy is ahead in \d+, /);
  const textOf = (group: string) => groups.find((own) => own.group === group)?.text ?? '';
  assert.match(
    textOf('From start to ready'),
    /lazy-subnet is ahead of lazy, eager and flanneld in netlink requests/,
  );
  assert.match(
    textOf('From start to ready'),
    /14 against 1,014 \(72x\) of lazy and 3,012 \(215x\) of eager and flanneld/,
  );
  assert.match(textOf('From start to ready'), /no change above 20 % for lazy-subnet/);
  assert.match(textOf('Tables'), /nothing to compare in kernel memory\./);
  assert.match(
    textOf('Steady forwarding'),
    /^no difference above 20 % in packets per second and round trip\.$/,
  );
  assert.match(
    textOf('Agent killed'),
    /eager and flanneld are ahead of lazy and lazy-subnet in "new, after 60 s"/,
  );
});

test('no ratio is told to less than a figure can tell', () => {
  const results = resultsOf({ 10: { a: steady(0.3), b: steady(55) } });
  const { groups } = said(results, [figureOf({ resolution: 5, unit: 'ms' })]);
  assert.match(groups[0]?.text ?? '', /a is ahead of b in figure \(300 us against 55 ms of b\)/);
  assert.match(groups[0]?.brief ?? '', /a is ahead in figure \(300 us against 55 ms\)/);
});

test('every group has its sentence, and the paragraph holds them all', () => {
  const verdict = said(sampleResults(), sampleFigures);
  assert.deepEqual(
    verdict.groups.map(({ group }) => group),
    [...new Set(sampleFigures.map(({ group }) => group))],
  );
  for (const { group, brief, text } of verdict.groups) {
    assert.ok(text.endsWith('.') && text.length >= brief.length, text);
    assert.ok(verdictText(verdict).includes(`${group}: ${brief}`));
  }
});

test('by how much, and from where to where', () => {
  const { groups } = said(
    resultsOf({ 10: { a: steady(1), b: steady(30) }, 1000: { a: steady(1), b: steady(3000) } }),
  );
  assert.equal(
    groups[0]?.text,
    'a is ahead of b in figure (1 against 3,000 (3,000x) of b). ' +
      'From 10 to 1,000 nodes, figure: from 30 to 3,000 (100x) for b; no change above 20 % for a.',
  );
});

test('a difference within 20 % is none', () => {
  const { lead, groups } = said(resultsOf({ 10: { a: steady(10), b: steady(11.9) } }));
  assert.equal(
    lead,
    'At 10 nodes: of the one figure a is ahead in 0 and b in 0; 1 shows no difference above 20 %.',
  );
  assert.equal(groups[0]?.text, 'no difference above 20 % in figure.');
});

test('a difference that some rounds contradict is no win', () => {
  const { groups } = said(resultsOf({ 10: { a: [[10], [10], [90]], b: [[30], [30], [30]] } }));
  assert.equal(groups[0]?.text, 'a difference that not every round shows in figure.');
});

test('nothing is ahead of nothing', () => {
  assert.equal(said(resultsOf({ 10: { a: [undefined], b: [undefined] } })).lead, 'Nothing was measured.');
  const alone = said(resultsOf({ 10: { a: steady(5) } }));
  assert.match(alone.lead, /^No figure was measured of two contestants/);
  assert.equal(alone.groups[0]?.text, 'nothing to compare in figure.');
});

test('no ratio to 0', () => {
  const { groups } = said(resultsOf({ 10: { a: steady(0), b: steady(7) } }));
  assert.equal(groups[0]?.text, 'a is ahead of b in figure (0 against 7 of b).');
});

test('a figure that was compared with fewer nodes only is told where', () => {
  const figures = [figureOf(), figureOf({ id: 'g', series: 'g', title: 'other' })];
  const results = resultsOf({ 10: { a: steady(1), b: steady(2) }, 100: { a: steady(1), b: steady(2) } });
  const others = results.samples
    .filter(({ nodes }) => nodes === 10)
    .map((sample) => ({ ...sample, series: 'g' }));
  const { groups } = said({ ...results, samples: [...results.samples, ...others] }, figures);
  assert.match(groups[0]?.text ?? '', /in figure and other \(at 10 nodes\) \(most in/);
});

test('an interrupted run, and one of a single round, say so', () => {
  const results = resultsOf({ 10: { a: [[1]], b: [[2]] } });
  assert.match(said(results).lead, /One round only/);
  assert.match(said({ ...results, interrupted: true }).lead, /The run was interrupted/);
  assert.doesNotMatch(said(sampleResults(), sampleFigures).lead, /round only|interrupted/);
});

test('many titles are counted', () => {
  const figures = Array.from({ length: 6 }, (_, index) => figureOf({ id: `f${index}`, title: `t${index}` }));
  const { groups } = said(resultsOf({ 10: { a: steady(1), b: steady(2) } }), figures);
  assert.match(
    groups[0]?.text ?? '',
    /in t0, t1, t2 and 3 more figures \(most in t0: 1 against 2 \(2\.0x\) of b\)/,
  );
});

test('in brief: who is ahead in what, and by how many times', () => {
  const briefOf = (contestants: Readonly<Record<string, Rounds>>) =>
    said(resultsOf({ 10: contestants })).groups[0]?.brief;
  assert.equal(briefOf({ a: steady(10), b: steady(23) }), 'a is ahead in figure (by 2.3x).');
  assert.equal(
    briefOf({ a: steady(10), b: steady(23), c: steady(50) }),
    'a is ahead in figure (by up to 5.0x).',
  );
  assert.equal(
    briefOf({ a: steady(9), b: steady(50), c: steady(9) }),
    'a and c are ahead in figure (by 5.6x).',
  );
  assert.equal(briefOf({ a: steady(0), b: steady(23) }), 'a is ahead in figure (0 against 23).');
  assert.equal(
    briefOf({ a: steady(10), b: steady(11.9), c: steady(12.1) }),
    'a is ahead of c in figure (by 1.21x).',
  );
  assert.equal(briefOf({ a: steady(10), b: steady(11) }), 'no difference above 20 %.');
  assert.equal(briefOf({ a: [[1], [9]], b: [[5], [5]] }), 'no difference above 20 %.');
  assert.equal(briefOf({ a: [[1], [5]], b: [[5], [5]] }), 'no difference that every round shows.');
  assert.equal(briefOf({ a: steady(10) }), 'nothing to compare.');
});

test('a gap that the rounds do not settle is told by what it exceeds', () => {
  const { groups } = said(resultsOf({ 10: { a: [[10], [11]], b: [[30], [50]] } }));
  assert.equal(groups[0]?.brief, 'a is ahead in figure (by 2.7x or more).');
  assert.match(groups[0]?.text ?? '', /10\.5 against 40 \(>3\.0x\) of b/);
});

test('a scale at which it is the other way round is told', () => {
  const few = { a: steady(100), b: steady(10), c: steady(100) };
  const many = { a: steady(10), b: steady(30), c: steady(100) };
  const [group] = said(resultsOf({ 10: few, 100: many, 1000: many })).groups;
  assert.equal(
    group?.brief,
    'a is ahead in figure (by up to 10x). But at 10 nodes: b is ahead in figure (by up to 10x).',
  );
  assert.match(
    group?.text ?? '',
    /But at 10 nodes: b is ahead of a and c in figure \(10 against 100 \(10x\) of a and c\)\./,
  );
});

test('the smaller share of the same nodes is told before fewer nodes', () => {
  const figure = figureOf({ byActive: true });
  const results = resultsOf({ 10: { a: steady(9), b: steady(1) }, 1000: { a: steady(1), b: steady(9) } });
  const whole = results.samples.map((sample) => ({ ...sample, active: 1 }));
  const turned = results.samples.map((sample) => ({
    ...sample,
    active: 0.1,
    values: sample.values.map((value) => 10 - value),
  }));
  const plan = { ...results.plan, active: [0.1, 1] };
  const [group] = said({ ...results, plan, samples: [...whole, ...turned] }, [figure]).groups;
  assert.match(
    group?.brief ?? '',
    /^a is ahead .* But at 1,000 nodes, 10 % active: b is ahead in figure \(by 9\.0x\)\.$/,
  );
});

test('who is ahead everywhere, or elsewhere not clearly, turns nothing', () => {
  const [same] = said(
    resultsOf({ 10: { a: steady(1), b: steady(2) }, 100: { a: steady(1), b: steady(9) } }),
  ).groups;
  assert.doesNotMatch(`${same?.brief}${same?.text}`, /But/);
  const [near] = said(
    resultsOf({ 10: { a: steady(1.1), b: steady(1) }, 100: { a: steady(1), b: steady(9) } }),
  ).groups;
  assert.doesNotMatch(`${near?.brief}${near?.text}`, /But/);
});

test('titles with a comma are quoted', () => {
  const figures = [figureOf({ title: 'first, p50' }), figureOf({ id: 'g', title: 'lost' })];
  const { groups } = said(resultsOf({ 10: { a: steady(1), b: steady(2) } }), figures);
  assert.equal(groups[0]?.brief, 'a is ahead in "first, p50" and lost (by up to 2.0x).');
  assert.match(groups[0]?.text ?? '', /most in "first, p50": /);
});
