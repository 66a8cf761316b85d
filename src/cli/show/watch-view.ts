import type { Terminal } from './display.ts';
import type { Key } from './keys.ts';
import { type Line, Screen } from './screen.ts';

/** What was seen last, and why nothing newer could be seen. */
export interface Sight {
  readonly text: string;
  readonly away?: string;
}

/** Where one sight after the other is shown. */
export interface WatchView {
  show(sight: Sight): void;
  close(): void;
}

/** One block below the other; that the daemon is away is said once. */
export class Blocks implements WatchView {
  readonly #out: (text: string) => void;
  readonly #json: boolean;
  #saidAway = false;
  #isFirst = true;

  constructor(out: (text: string) => void, json: boolean) {
    this.#out = out;
    this.#json = json;
  }

  show({ text, away }: Sight): void {
    if (away === undefined) {
      this.#out(this.#isFirst || this.#json ? text : `\n${text}`);
    } else if (!this.#saidAway) {
      this.#out(this.#json ? `${JSON.stringify({ away })}\n` : `\n${away}\n`);
    }
    this.#saidAway = away !== undefined;
    this.#isFirst = false;
  }

  close(): void {}
}

/** The whole terminal: each sight over the one before. What it has no room for is reached with the arrow keys. */
export class InPlace implements WatchView {
  readonly #screen: Screen;
  #sight: Sight = { text: '' };
  /** The first line that is shown. */
  #top = 0;

  /** @param end called when the reader wants no more */
  constructor(terminal: Terminal, end: () => void) {
    this.#screen = new Screen(terminal, {
      onKey: (key) => this.#take(key, end),
      onResize: () => this.#draw(),
      onGone: end,
    });
    this.#screen.open();
  }

  show(sight: Sight): void {
    this.#sight = sight;
    this.#draw();
  }

  close(): void {
    this.#screen.close();
  }

  #take(key: Key, end: () => void): void {
    if (key.name === 'interrupt' || (key.name === 'text' && key.text === 'q')) {
      end();
    } else {
      this.#top += stepOf(key, this.#screen.size.rows - 2);
      this.#draw();
    }
  }

  #draw(): void {
    const { text, away } = this.#sight;
    const alarm: Line[] = away === undefined ? [] : [{ text: away, look: 'alarm' }];
    this.#screen.draw([
      ...alarm,
      ...this.#fit(text.trimEnd().split('\n'), this.#screen.size.rows - alarm.length),
    ]);
  }

  #fit(texts: readonly string[], rows: number): Line[] {
    const lines = texts.map((text): Line => ({ text, look: 'plain' }));
    if (lines.length <= rows) {
      this.#top = 0;
      return lines;
    }
    const room = Math.max(0, rows - 1);
    this.#top = Math.max(0, Math.min(this.#top, lines.length - room));
    const hint = `lines ${this.#top + 1} to ${this.#top + room} of ${lines.length}; arrow keys and PgUp, PgDn scroll, q quits`;
    return [...lines.slice(this.#top, this.#top + room), { text: hint, look: 'title' }];
  }
}

/** How many lines further down a key leads. */
function stepOf({ name }: Key, page: number): number {
  switch (name) {
    case 'up':
      return -1;
    case 'down':
      return 1;
    case 'page-up':
      return -page;
    case 'page-down':
      return page;
    case 'home':
      return Number.NEGATIVE_INFINITY;
    default:
      return 0;
  }
}
