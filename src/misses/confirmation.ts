/**
 * Whether the changes of entries that were written are known to have been taken. A refusal comes before the mark that
 * was written behind it, so a mark that comes back confirms everything before it.
 */
export class Confirmation {
  /** Changes were written since the last mark. */
  #unmarked = false;
  /** Changes were written before the mark that is on its way. */
  #unconfirmed = false;

  /** Whether a mark is to be written. */
  get needsMark(): boolean {
    return this.#unmarked;
  }

  /** Whether something may still be refused. */
  get isPending(): boolean {
    return this.#unmarked || this.#unconfirmed;
  }

  /** A change was, or will be with the next write, written. */
  wrote(): void {
    this.#unmarked = true;
  }

  /** The next write ends with a mark. */
  marked(): void {
    this.#unconfirmed = this.#unmarked;
    this.#unmarked = false;
  }

  /** The mark came back. */
  cameBack(): void {
    this.#unconfirmed = false;
  }

  /** The mark was lost, and only it. */
  markLost(): void {
    this.#unmarked ||= this.#unconfirmed;
    this.#unconfirmed = false;
  }

  /** Everything is about to be compared, which finds what was refused. */
  settled(): void {
    this.#unmarked = false;
    this.#unconfirmed = false;
  }
}
