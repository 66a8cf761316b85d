import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import type { Terminal, TerminalInput, TerminalOutput } from '../../../src/cli/show/display.ts';
import type { Key } from '../../../src/cli/show/keys.ts';
import { Screen } from '../../../src/cli/show/screen.ts';

class Input extends EventEmitter implements TerminalInput {
  readonly isTTY = true;
  raw = false;
  flowing = false;
  setRawMode(on: boolean): void {
    this.raw = on;
  }
  resume(): void {
    this.flowing = true;
  }
  pause(): void {
    this.flowing = false;
  }
}

class Output extends EventEmitter implements TerminalOutput {
  columns = 10;
  rows = 3;
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

function openScreen() {
  const terminal = { input: new Input(), output: new Output(), isUnicode: true } satisfies Terminal;
  const seen = { keys: [] as Key[], resized: 0, gone: 0 };
  const screen = new Screen(terminal, {
    onKey: (key) => seen.keys.push(key),
    onResize: () => {
      seen.resized += 1;
    },
    onGone: () => {
      seen.gone += 1;
    },
  });
  const before = process.listenerCount('exit');
  screen.open();
  return { ...terminal, screen, seen, before };
}

describe('the screen', () => {
  it('takes the terminal and gives it back as it was, once', () => {
    const { screen, input, output, before } = openScreen();
    assert.equal(output.text, '\x1b[?1049h\x1b[?25l\x1b[?7l');
    assert.deepEqual([input.raw, input.flowing, process.listenerCount('exit')], [true, true, before + 1]);
    output.text = '';
    screen.close();
    screen.close();
    screen.draw([{ text: 'late', look: 'plain' }]);
    assert.equal(output.text, '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l');
    assert.deepEqual([input.raw, input.flowing, process.listenerCount('exit')], [false, false, before]);
    assert.deepEqual([input.eventNames(), output.listenerCount('resize')], [[], 0]);
  });

  it('draws every cell in one write, and nothing that moves the cursor', () => {
    const { screen, output } = openScreen();
    output.text = '';
    screen.draw([
      { text: 'a title that is too long', look: 'title' },
      { text: 'b\x1b[2J', look: 'plain' },
    ]);
    assert.equal(
      output.text,
      '\x1b[?2026h\x1b[H\x1b[0;7ma title th\r\n\x1b[0mb?[2J     \r\n\x1b[0m          \x1b[0m\x1b[?2026l',
    );
    screen.close();
  });

  it('hands on keys, changes of the size, and that the terminal is gone', () => {
    const { screen, input, output, seen } = openScreen();
    input.emit('data', Buffer.from('s\x1b[A'));
    output.emit('resize');
    input.emit('end');
    input.emit('error');
    assert.deepEqual(seen, { keys: [{ name: 'text', text: 's' }, { name: 'up' }], resized: 1, gone: 2 });
    screen.close();
  });

  it('takes the terminal again when the process goes on after a stop', () => {
    const { screen, input, output, seen } = openScreen();
    input.raw = false;
    output.text = '';
    process.emit('SIGCONT', 'SIGCONT');
    assert.deepEqual([input.raw, seen.resized], [true, 1]);
    assert.match(output.text, /\?1049h/);
    screen.close();
    process.emit('SIGCONT', 'SIGCONT');
    assert.equal(seen.resized, 1);
  });

  it('is 80 by 24 where the terminal does not know its size', () => {
    const { screen, output } = openScreen();
    output.columns = 0;
    output.rows = 0;
    assert.deepEqual(screen.size, { columns: 80, rows: 24 });
    screen.close();
  });
});
