import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StatusLine } from '../../src/compare/status-line.ts';

function shown(errIsTerminal: boolean): string {
  let text = '';
  const line = new StatusLine({
    errIsTerminal,
    err: (more) => {
      text += more;
    },
  });
  line.end();
  line.show('one');
  line.show('two'.padEnd(100, '!'));
  line.end();
  line.end();
  return text;
}

describe('progress', () => {
  it('is rewritten on a terminal, never wraps, and is taken away at the end', () => {
    assert.equal(shown(true), `\r\x1b[Kone\r\x1b[Ktwo${'!'.repeat(76)}\r\x1b[K`);
  });

  it('is a line for each step elsewhere', () => {
    assert.equal(shown(false), `one\ntwo${'!'.repeat(97)}\n`);
  });
});
