import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { renderHtml } from '../../../src/compare/report/page.ts';
import { results } from '../../../src/compare/results.ts';
import { sampleFigures } from '../../support/comparison-figures.ts';
import { sampleResults } from '../../support/comparison-sample.ts';
import { figureOf, resultsOf } from '../../support/few-results.ts';

function dataOf(page: string, id: string): unknown {
  const [, text] = new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`).exec(page) ?? [];
  return JSON.parse(text ?? 'null');
}

test('the page is small and holds all samples, in the format that is read back', async () => {
  const page = await renderHtml(sampleResults(), sampleFigures);
  assert.ok(page.length < 1_500_000, String(page.length));
  assert.deepEqual(results.parse(dataOf(page, 'results')), sampleResults());
});

test('samples that are too many are left to the file of results', async () => {
  const values = Array.from({ length: 200_000 }, (_, index) => index + 0.5);
  const page = await renderHtml(resultsOf({ 10: { a: [values], b: [[1]] } }), [figureOf()]);
  assert.ok(page.length < 1_500_000, String(page.length));
  assert.deepEqual(results.parse(dataOf(page, 'results')).samples, []);
  assert.match(page, /too many for this file/);
  assert.match(JSON.stringify(dataOf(page, 'figures')), /"value":100000/);
});

test('the policy allows the style sheet by its hash, and nothing else', async () => {
  const page = await renderHtml(sampleResults(), sampleFigures);
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'");
  assert.equal(
    policy,
    `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
  );
  assert.equal(page.match(/<style/g)?.length, 1);
  assert.doesNotMatch(page, / style=/);
});

test('what scrolls by itself can be reached and is named, in every browser', async () => {
  const page = await renderHtml(sampleResults(), sampleFigures);
  const regions = page.match(/<div class="scroll"[^>]*>/g) ?? [];
  assert.equal(regions.length, new Set(sampleFigures.map(({ group }) => group)).size);
  assert.ok(regions.every((region) => region.includes('role="region" tabindex="0" aria-label="')));
});

test('the page names nothing that could be fetched', async () => {
  const page = await renderHtml(sampleResults(), sampleFigures);
  const addresses = [...page.matchAll(/(?:https?:)?\/\/[a-z0-9.]+[^"' ]*/gi)].map(([address]) => address);
  assert.deepEqual(
    addresses.filter((address) => address !== 'http://www.w3.org/2000/svg'),
    [],
  );
  assert.doesNotMatch(page, /@import|\ssrc=/);
});

test('foreign text is text: names, the machine, what was left out, a path in the limits', async () => {
  const evil = `</script></title><img src=x onerror="alert(1)">'`;
  const sample = resultsOf({ 10: { [evil]: [[1]], b: [[2]] }, 100: { [evil]: [[1]], b: [[2]] } });
  const machine = {
    ...sample.machine,
    processor: evil,
    kernel: evil,
    node: evil,
    l3missd: evil,
    limits: { [evil]: 1 },
  };
  const page = await renderHtml({ ...sample, machine, leftOut: [evil] }, [
    figureOf({ title: evil, sentence: evil, group: evil }),
  ]);
  assert.doesNotMatch(page, /<img/);
  assert.equal(page.match(/<script/g)?.length, 2);
  assert.equal(page.match(/<\/title>/g)?.length, 1);
});

test('a run of one contestant at one place, and one that measured nothing, have their page too', async () => {
  const one = await renderHtml(resultsOf({ 10: { a: [[5]] } }), [figureOf()]);
  assert.equal(one.match(/<figure/g)?.length, 1);
  assert.match(one, /nothing to compare in figure/);
  const none = await renderHtml({ ...resultsOf({ 10: { a: [undefined] } }), interrupted: true }, [
    figureOf(),
  ]);
  assert.match(none, /Nothing was measured/);
  assert.match(none, /class="notice"/);
  assert.doesNotMatch(none, /<figure/);
});
