import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPictures } from '../../scripts/pictures/pictures.ts';
import { sampleFigures } from '../support/comparison-figures.ts';
import { sampleResults } from '../support/comparison-sample.ts';
import { figureOf, resultsOf } from '../support/few-results.ts';

test('each chart is a picture by itself, with its title and with the colours that it uses', async () => {
  const pictures = await renderPictures(sampleResults(), sampleFigures);
  assert.equal(pictures.length, 26);
  assert.equal(new Set(pictures.map(({ name }) => name)).size, 26);
  for (const { name, svg } of pictures) {
    assert.match(name, /^[a-zA-Z0-9-]+$/);
    assert.match(svg, /<title>.+, by (number|share)/);
    for (const [, colour] of svg.matchAll(/var\(--([a-z0-9-]+)\)/g)) {
      assert.ok(svg.includes(`--${colour}:#`), `${name}: ${colour}`);
    }
    assert.ok(!svg.includes('NaN'), name);
  }
});

test('foreign text is text in a picture too', async () => {
  const evil = '</title><script>x</script>';
  const [picture] = await renderPictures(resultsOf({ 10: { [evil]: [[1]] } }), [figureOf({ title: evil })]);
  assert.doesNotMatch(picture?.svg ?? '<script', /<script/);
});
