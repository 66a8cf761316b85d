import type { Display } from '../../../src/cli/show/display.ts';

/** A display that is no terminal, and keeps what is written. */
export class CollectedDisplay implements Display {
  text = '';
  readonly #reader = new AbortController();

  readonly out = (text: string): void => {
    this.text += text;
  };

  get closed(): AbortSignal {
    return this.#reader.signal;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** Nobody reads any more. */
  close(): void {
    this.#reader.abort();
  }
}
