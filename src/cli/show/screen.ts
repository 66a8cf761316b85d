import { type Size, sizeOf, type Terminal } from './display.ts';
import { decodeKeys, type Key } from './keys.ts';
import { printable } from './text.ts';

/** How a line looks: a bar, something that is wrong, something less important. */
export type Look = 'plain' | 'title' | 'alarm' | 'quiet';

export interface Line {
  readonly text: string;
  readonly look: Look;
}

/** Control sequences of ECMA-48 and xterm: attributes only, so that they can be read in every choice of colours. */
const LOOKS: Readonly<Record<Look, string>> = {
  plain: '\x1b[0m',
  title: '\x1b[0;7m',
  alarm: '\x1b[0;1m',
  quiet: '\x1b[0;2m',
};
/** The alternate screen, which keeps what the shell had shown; no cursor; no line goes on in the next. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
/** Between these two a terminal that knows them shows nothing half done; others ignore them. */
const BEGIN_FRAME = '\x1b[?2026h';
const END_FRAME = '\x1b[?2026l';

export interface ScreenEvents {
  readonly onKey: (key: Key) => void;
  readonly onResize: () => void;
  /** No more keys will come, because the terminal is gone. */
  readonly onGone: () => void;
}

/** The whole terminal, until `close` gives it back as it was; the end of the process does that too, however it comes. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #events: ScreenEvents;
  #isOpen = false;
  readonly #close = () => this.close();
  readonly #takeAgain = () => {
    this.#enter();
    this.#events.onResize();
  };

  constructor(terminal: Terminal, events: ScreenEvents) {
    this.#terminal = terminal;
    this.#events = events;
  }

  get size(): Size {
    return sizeOf(this.#terminal.output);
  }

  open(): void {
    const { input, output } = this.#terminal;
    this.#isOpen = true;
    // The last two chances: what is thrown outside of any promise is told behind the first one.
    process.on('uncaughtExceptionMonitor', this.#close);
    process.on('exit', this.#close);
    // A shell that had stopped this program set the terminal for itself.
    process.on('SIGCONT', this.#takeAgain);
    output.on('resize', this.#events.onResize);
    this.#enter();
    if (input.isTTY === true) {
      input.on('data', (bytes) => {
        for (const key of decodeKeys(bytes.toString('utf8'))) {
          this.#events.onKey(key);
        }
      });
      input.on('end', this.#events.onGone);
      input.on('error', this.#events.onGone);
      input.resume();
    }
  }

  /** Shows as many lines as there are rows, each as wide as the screen; in one write, over what was there. */
  draw(lines: readonly Line[]): void {
    if (!this.#isOpen) {
      return;
    }
    const { columns, rows } = this.size;
    const shown = Array.from({ length: rows }, (_, row) => {
      const { text, look } = lines[row] ?? { text: '', look: 'plain' };
      return LOOKS[look] + printable(text).slice(0, columns).padEnd(columns);
    });
    this.#terminal.output.write(`${BEGIN_FRAME}${HOME}${shown.join('\r\n')}${LOOKS.plain}${END_FRAME}`);
  }

  close(): void {
    if (!this.#isOpen) {
      return;
    }
    this.#isOpen = false;
    const { input, output } = this.#terminal;
    process.off('uncaughtExceptionMonitor', this.#close);
    process.off('exit', this.#close);
    process.off('SIGCONT', this.#takeAgain);
    output.off('resize', this.#events.onResize);
    output.write(LEAVE);
    if (input.isTTY === true) {
      input.setRawMode?.(false);
      for (const event of ['data', 'end', 'error'] as const) {
        input.removeAllListeners(event);
      }
      input.pause();
    }
  }

  #enter(): void {
    const { input, output } = this.#terminal;
    output.write(ENTER);
    if (input.isTTY === true) {
      // Off first: Node takes a terminal for raw that somebody else has changed meanwhile.
      input.setRawMode?.(false);
      input.setRawMode?.(true);
    }
  }
}
