import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderTable } from '../../../src/compare/report/table.ts';
import { sampleFigures } from '../../support/comparison-figures.ts';
import { sampleResults } from '../../support/comparison-sample.ts';
import { figureOf, resultsOf } from '../../support/few-results.ts';

const golden = join(process.cwd(), 'test/golden/comparison.txt');
const updating = Object.hasOwn(process.env, 'UPDATE_GOLDEN');

function longLines(text: string): string[] {
  return text.split('\n').filter((line) => line.length > 100);
}

test('the comparison is what test/golden/comparison.txt holds (UPDATE_GOLDEN=1 writes it)', () => {
  const text = renderTable(sampleResults(), sampleFigures);
  if (updating) {
    writeFileSync(golden, text);
  }
  assert.equal(text, readFileSync(golden, 'utf8'));
});

test('the best is marked and the others have their ratio to it', () => {
  const text = renderTable(resultsOf({ 10: { a: [[20]], b: [[5]], c: [[5]], d: [undefined] } }), [
    figureOf(),
  ]);
  assert.match(text, /^figure +active unit +a +b +c +d$/m);
  assert.match(text, /^ {2}figure +20 4\.0x +5 \* +5 \* +-$/m);
});

test('zero is the best without ratios, and equals have no mark', () => {
  const text = renderTable(resultsOf({ 10: { a: [[0]], b: [[5]] }, 20: { a: [[7]], b: [[7]] } }), [
    figureOf(),
  ]);
  assert.match(text, /^ {2}figure +0 \* +5$/m);
  assert.match(text, /^ {2}figure +7 +7$/m);
});

test('colours make the best bold and change nothing else', () => {
  const plain = renderTable(sampleResults(), sampleFigures);
  const coloured = renderTable(sampleResults(), sampleFigures, { colours: true });
  assert.ok(coloured.includes('\u001B[1m'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  assert.equal(coloured.replace(/\u001B\[\d+m/g, ''), plain);
});

for (const count of [1, 2, 5, 9]) {
  test(`${count} contestants with long names and large values fit into 100 columns`, () => {
    const names = Array.from({ length: count }, (_, index) => `contestant-with-a-long-name-${index}`);
    const values = (index: number) => [[[0.000_012_3, 999_999, 123_456_789, 5e14, 0.07][index % 5] ?? 0]];
    const contestants = Object.fromEntries(names.map((name, index) => [name, values(index)]));
    const results = resultsOf({ 1000000: contestants });
    const figures = [
      figureOf({ title: 'a title of thirty characters!!', unit: 'us', sentence: 'Word. '.repeat(60) }),
    ];
    const text = renderTable(
      { ...results, leftOut: [`it ${'failed '.repeat(40)}`, 'x'.repeat(250)] },
      figures,
    );
    assert.deepEqual(longLines(text), []);
    for (const name of names) {
      const pieces = new RegExp(`${name.slice(0, 14)}`);
      assert.match(text, pieces);
    }
    assert.equal((text.match(/^ {2}a title of thirty characters!! /gm) ?? []).length, Math.ceil(count / 3));
  });
}

test('values of a row share a unit', () => {
  const text = renderTable(resultsOf({ 10: { a: [[62]], b: [[3_200_000]] } }), [figureOf({ unit: 'us' })]);
  assert.match(text, /^ {2}figure +ms +0\.0620 \* +3,200 51\.6kx$/m);
});

test('a name cannot steer the terminal', () => {
  const evil = 'x\u001B[2J\r\u202Ey';
  const text = renderTable({ ...resultsOf({ 10: { [evil]: [[1]], b: [[2]] } }), leftOut: [evil] }, [
    figureOf(),
  ]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  assert.ok(text.includes('x\uFFFD[2J'));
});

test('what was left out and where it was measured is said', () => {
  const text = renderTable(sampleResults({ interrupted: true }), sampleFigures);
  assert.match(text, /Left out\n {2}- kernel memory: \/proc\/slabinfo cannot be read without root\n/);
  assert.match(text, /2026-11-20T09:30:00\.000Z, in 8 min 37 s, interrupted\n/);
  assert.doesNotMatch(renderTable(resultsOf({ 10: { a: [[1]] } }), [figureOf()]), /Left out/);
});
