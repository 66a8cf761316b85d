import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, jsonMarkup, Markup, NOTHING } from '../../../src/compare/report/html.ts';

const evil = `</script><script>alert("1")</script>&'`;

test('what is put into a template is text, or the value of an attribute', () => {
  assert.equal(
    html`<p title="${evil}">${evil}${7}</p>`.text,
    '<p title="&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;">' +
      '&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;7</p>',
  );
});

test('markup stays what it is, lists of it line by line', () => {
  assert.equal(
    html`<ul>${[html`<li>${'<'}</li>`, new Markup('<li>')]}${NOTHING}</ul>`.text,
    '<ul><li>&lt;</li>\n<li></ul>',
  );
});

test('JSON cannot end the element that it stands in, and is read as it was', () => {
  const { text } = jsonMarkup({ name: evil, comment: '<!--' });
  assert.doesNotMatch(text, /</);
  assert.deepEqual(JSON.parse(text), { name: evil, comment: '<!--' });
});
