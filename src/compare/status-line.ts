/** Where progress is told. */
export interface StatusOutput {
  readonly err: (text: string) => void;
  /** Whether what was written can be written over. */
  readonly errIsTerminal: boolean;
}

/** A terminal whose width is unknown is this wide; a line that wraps cannot be rewritten. */
const WIDTH = 79;

/** Shows one line at a time: on a terminal each in the place of the one before, elsewhere each on a line of its own. */
export class StatusLine {
  readonly #output: StatusOutput;
  #shown = false;

  constructor(output: StatusOutput) {
    this.#output = output;
  }

  show(text: string): void {
    const { err, errIsTerminal } = this.#output;
    this.#shown = true;
    err(errIsTerminal ? `\r\x1b[K${text.slice(0, WIDTH)}` : `${text}\n`);
  }

  /** Takes the line away, so that something else can be written. */
  end(): void {
    if (this.#shown && this.#output.errIsTerminal) {
      this.#output.err('\r\x1b[K');
    }
    this.#shown = false;
  }
}
