import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIGURES } from '../../src/compare/figures.ts';

describe('the figures of the comparison', () => {
  it('have an id each, a title that fits and one sentence', () => {
    const ids = FIGURES.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { id, title, sentence } of FIGURES) {
      assert.ok(title.length <= 30, `${id}: ${title}`);
      assert.match(sentence, /^[A-Z].*[^.]\.$/s, id);
    }
  });

  it('stand together by group, with titles that are told apart in it', () => {
    const groups = FIGURES.map(({ group }) => group);
    const changes = groups.filter((group, index) => group !== groups[index - 1]);
    assert.equal(changes.length, new Set(groups).size);
    const titles = FIGURES.map(({ group, title }) => `${group}: ${title}`);
    assert.equal(new Set(titles).size, titles.length);
  });
});
