import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOf, summarise } from '../../../src/compare/report/summary.ts';
import { sampleFigures } from '../../support/comparison-figures.ts';
import { sampleResults } from '../../support/comparison-sample.ts';
import { figureOf, type Rounds, resultsOf } from '../../support/few-results.ts';

function rowOf(contestants: Readonly<Record<string, Rounds>>, change = {}) {
  const [row] = summarise(resultsOf({ 10: contestants }), [figureOf(change)]);
  assert.ok(row);
  return row;
}

test('values of all rounds are pooled, and each round has its own', () => {
  const row = rowOf({ a: [[1, 2], [9]], b: [[4], [4]] });
  assert.deepEqual(cellOf(row, 'a'), {
    contestant: 'a',
    value: 2,
    rounds: [1.5, 9],
    range: { least: 1.5, most: 9 },
    best: true,
    ratio: 1,
    unsettled: undefined,
  });
  assert.deepEqual(cellOf(row, 'b'), {
    contestant: 'b',
    value: 4,
    rounds: [4, 4],
    range: { least: 4, most: 4 },
    best: false,
    ratio: 2,
    unsettled: { least: 4 / 9, most: 4 / 1.5 },
  });
});

test('there is no ratio to less than the figure can tell', () => {
  const ratiosOf = (one: number, resolution: number) =>
    rowOf({ a: [[one], [one]], b: [[one * 9], [one * 9]] }, { resolution }).cells.map(({ ratio }) => ratio);
  assert.deepEqual(
    [ratiosOf(0.5, 1), ratiosOf(2, 1)],
    [
      [undefined, undefined],
      [1, 9],
    ],
  );
});

test('of p99s the one in the middle of the rounds counts, whatever one round was like', () => {
  const hundred = (worst: number) => Array.from({ length: 100 }, (_, index) => (index < 90 ? 1 : worst));
  const { cells } = rowOf({ a: [hundred(5), hundred(900), hundred(7)] }, { statistic: 'p99' });
  assert.deepEqual([cells[0]?.value, cells[0]?.rounds], [7, [5, 900, 7]]);
});

test('a round in which nobody has enough values tells nothing; who lost some of them is compared', () => {
  const change = { statistic: 'p99', fewest: 3 } as const;
  const { cells } = rowOf({ a: [[1, 2, 3], [9]], b: [[1], [2, 3]] }, change);
  assert.deepEqual(
    cells.map(({ contestant, rounds }) => [contestant, rounds]),
    [
      ['a', [3]],
      ['b', [1]],
    ],
  );
});

test('a smallest or largest value lies within its own and the one that confirms it, or anywhere in the rounds', () => {
  const rangeOf = (statistic: string, ...rounds: number[]) =>
    rowOf({ a: rounds.map((value) => [value]) }, { statistic }).cells[0]?.range;
  assert.deepEqual(rangeOf('smallest', 12, 7.1, 7, 13), { least: 7, most: 7.1 });
  assert.deepEqual(rangeOf('smallest', 12, 9, 7, 13), { least: 7, most: 13 });
  assert.deepEqual(rangeOf('largest', 12, 7.1, 7, 13), { least: 12, most: 13 });
  assert.deepEqual(rangeOf('largest', 7), { least: 7, most: 7 });
});

test('a smallest value settles nothing where no second round comes near it, or most rounds show another ratio', () => {
  const unsettledOf = (a: number[], b: number[]) =>
    rowOf(
      { a: a.map((value) => [value, 99]), b: b.map((value) => [value, 99]) },
      { statistic: 'smallest' },
    ).cells.map(({ unsettled }) => unsettled !== undefined);
  assert.deepEqual(unsettledOf([7, 12, 7.1, 12, 12], [14, 23, 21, 14.2, 24.5]), [false, false]);
  assert.deepEqual(unsettledOf([7, 12, 12, 12, 12], [14, 23, 24, 14.2, 24.5]), [false, true]);
  assert.deepEqual(unsettledOf([7, 12, 7.1, 12, 12], [25, 24, 24, 25, 24]), [false, true]);
  assert.deepEqual(unsettledOf([7], [14]), [false, false]);
});

test('more may be better', () => {
  const { cells } = rowOf({ a: [[50]], b: [[200]] }, { better: 'more' });
  assert.deepEqual(
    cells.map(({ best, ratio }) => [best, ratio]),
    [
      [false, 0.25],
      [true, 1],
    ],
  );
});

test('there is no ratio to 0, and none to fewer than 0', () => {
  for (const best of [0, -2]) {
    const { cells } = rowOf({ a: [[best]], b: [[5]] });
    assert.deepEqual(
      cells.map(({ best, ratio }) => [best, ratio]),
      [
        [true, undefined],
        [false, undefined],
      ],
    );
  }
});

test('who is alone, or equal to all others, is not the best', () => {
  assert.deepEqual(cellOf(rowOf({ a: [[5]] }), 'a')?.best, false);
  assert.deepEqual(cellOf(rowOf({ a: [[5]] }), 'a')?.ratio, undefined);
  assert.ok(rowOf({ a: [[5]], b: [[5]] }).cells.every(({ best, ratio }) => !best && ratio === 1));
});

test('all who share the best value are the best', () => {
  const { cells } = rowOf({ a: [[1]], b: [[2]], c: [[1]] });
  assert.deepEqual(
    cells.filter(({ best }) => best).map(({ contestant }) => contestant),
    ['a', 'c'],
  );
});

test('who was not measured has no cell, an empty list of values being none', () => {
  const { cells } = rowOf({ a: [[1]], b: [undefined], c: [[]] });
  assert.deepEqual(
    cells.map(({ contestant }) => contestant),
    ['a'],
  );
});

for (const [statistic, expected] of [
  ['sum', [3, 4]],
  ['largest', [2, 3]],
  ['smallest', [1, 1]],
  ['median', [2, 2]],
] as const) {
  test(`an interrupted run: ${statistic} compares what can be compared`, () => {
    const { cells } = rowOf({ a: [[1], [2], [90]], b: [[1], [3]] }, { statistic });
    assert.deepEqual(
      cells.map(({ value }) => value),
      expected,
    );
  });
}

test('sums of different rounds are not compared', () => {
  assert.deepEqual(rowOf({ a: [[1], undefined], b: [undefined, [3]] }, { statistic: 'sum' }).cells, []);
});

test('two samples of one round are one', () => {
  const results = resultsOf({ 10: { a: [[1]] } });
  const [sample] = results.samples;
  assert.ok(sample);
  const twice = { ...results, samples: [sample, { ...sample, values: [4] }] };
  assert.deepEqual(summarise(twice, [figureOf({ statistic: 'sum' })])[0]?.cells[0]?.rounds, [5]);
});

test('each figure has a row for each number of nodes, and for each share where that plays a part', () => {
  const rows = summarise(sampleResults(), sampleFigures);
  const placesOf = (id: string) =>
    rows.filter(({ figure }) => figure.id === id).map(({ nodes, active }) => [nodes, active]);
  assert.deepEqual(placesOf('start.time'), [
    [10, undefined],
    [100, undefined],
    [1000, undefined],
  ]);
  assert.deepEqual(
    placesOf('first.lost'),
    [10, 100, 1000].flatMap((nodes) => [0.01, 0.1, 1].map((active) => [nodes, active])),
  );
  assert.ok(
    rows.filter(({ figure }) => figure.id === 'tables.memory').every(({ cells }) => cells.length === 0),
  );
  assert.ok(
    rows.filter(({ figure }) => figure.id !== 'tables.memory').every(({ cells }) => cells.length === 4),
  );
});

test('names may hold whatever a person types', () => {
  const { cells } = rowOf({ 'a|10': [[1]], 'a","10': [[2]], constructor: [[3]] });
  assert.equal(cells.length, 3);
});
