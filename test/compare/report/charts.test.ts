import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartSvg } from '../../../src/compare/report/chart-svg.ts';
import { type Chart, chartsOf } from '../../../src/compare/report/charts.ts';
import { summarise } from '../../../src/compare/report/summary.ts';
import { sampleFigures } from '../../support/comparison-figures.ts';
import { sampleResults } from '../../support/comparison-sample.ts';
import { figureOf, type Rounds, resultsOf } from '../../support/few-results.ts';

function sampleCharts(): Chart[] {
  const results = sampleResults();
  const rows = summarise(results, sampleFigures);
  const contestants = results.plan.contestants.map(({ name }) => name);
  return sampleFigures.flatMap((figure) => chartsOf(figure, rows, contestants));
}

function chartOf(byNodes: Readonly<Record<number, Readonly<Record<string, Rounds>>>>): Chart {
  const results = resultsOf(byNodes);
  const figure = figureOf({ unit: 'us' });
  const contestants = results.plan.contestants.map(({ name }) => name);
  const [chart] = chartsOf(figure, summarise(results, [figure]), contestants);
  assert.ok(chart);
  return chart;
}

test('each measured figure has a chart over the nodes, and one over the share where that plays a part', () => {
  const charts = sampleCharts();
  const measured = sampleFigures.filter(({ id }) => id !== 'tables.memory');
  assert.equal(charts.length, measured.length + measured.filter(({ byActive }) => byActive).length);
  assert.equal(new Set(charts.map(({ id }) => id)).size, charts.length);
  assert.ok(charts.every(({ id }) => /^[a-zA-Z0-9-]+$/.test(id)));
  assert.deepEqual(
    charts.filter(({ figure }) => figure.id === 'first.lost').map(({ where }) => where),
    ['by number of nodes, 100 % of them active', 'by share of active nodes, of 1,000'],
  );
});

test('a line has the points that were measured, in the order of the axis', () => {
  const { lines, yName } = chartOf({
    1000: { a: [[62_000], [58_000]], b: [undefined] },
    10: { a: [[40_000]], b: [[50_000]] },
  });
  assert.equal(yName, 'figure (ms)');
  assert.deepEqual(
    lines.map(({ contestant, index, points }) => [contestant, index, points.map(({ text }) => text)]),
    [
      ['a', 0, ['10 nodes: 40 ms', '1,000 nodes: 60 ms']],
      ['b', 1, ['10 nodes: 50 ms']],
    ],
  );
  const [, last] = lines[0]?.points ?? [];
  assert.deepEqual([last?.low, last?.y, last?.high], [58, 60, 62]);
});

test('who was not measured has no line, and keeps the looks of the others as they are', () => {
  const { lines } = chartOf({ 10: { a: [undefined], b: [[50]] } });
  assert.deepEqual(
    lines.map(({ contestant, index }) => [contestant, index]),
    [['b', 1]],
  );
});

test('a drawing has a line and markers for each contestant, its names and its axes', () => {
  for (const chart of sampleCharts()) {
    const svg = chartSvg(chart);
    for (const { contestant, index, points } of chart.lines) {
      const strokes = svg.match(
        new RegExp(
          `<path [^>]*stroke="var\\(--series-${index}\\)" stroke-width="2"[^>]* stroke-linejoin`,
          'g',
        ),
      );
      assert.equal(strokes?.length, 1, `${chart.id}: one line of ${contestant}`);
      const markers = svg.match(new RegExp(`<path [^>]*fill="var\\(--series-${index}\\)"`, 'g')) ?? [];
      assert.ok(markers.length >= points.length, `${chart.id}: ${markers.length} markers of ${contestant}`);
      assert.ok(svg.includes(`>${contestant}</text>`), `${chart.id}: ${contestant} in the legend`);
    }
    for (const text of [chart.xName, chart.yName, ...chart.x.ticks.map(({ label }) => label)]) {
      assert.ok(svg.includes(`>${text}</text>`), `${chart.id}: ${text}`);
    }
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/, chart.id);
  }
});

test('a drawing has no style, no script, no address and no colour of its own', () => {
  for (const chart of sampleCharts()) {
    const svg = chartSvg(chart).replace('xmlns="http://www.w3.org/2000/svg"', '');
    assert.doesNotMatch(svg, /<style|<script|style=|class=|ecmeta|href|:\/\/|url\(/, chart.id);
    for (const [, value] of svg.matchAll(/(?:fill|stroke)="([^"]*)"/g)) {
      assert.match(value ?? '', /^(none|var\(--[a-z0-9-]+\))$/, chart.id);
    }
  }
});

test('names are text, however they look', () => {
  const name = '</svg><b a="1">&x class="y"\nz';
  const svg = chartSvg(chartOf({ 10: { [name]: [[1]], '': [[2]] }, 20: { [name]: [[1]], '': [[2]] } }));
  assert.ok(svg.includes('&lt;/svg&gt;'));
  assert.equal(svg.match(/<\/svg>/g)?.length, 1);
  assert.doesNotMatch(svg, /<b /);
});

test('more contestants than colours can be drawn', () => {
  const names = Array.from({ length: 9 }, (_, index) => `contestant ${index}`);
  const measured = Object.fromEntries(names.map((name, index) => [name, [[index + 1]]]));
  const svg = chartSvg(chartOf({ 10: measured, 100: measured }));
  for (const name of names) {
    assert.ok(svg.includes(`>${name}</text>`));
  }
});
