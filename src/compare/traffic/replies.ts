import { FOREIGN } from './echo-frames.ts';

/** Which of a number of requests were answered. */
export class Replies {
  answered = 0;
  /** When the last first reply came. */
  last = 0;
  readonly #seen: Uint8Array;

  constructor(count: number) {
    this.#seen = new Uint8Array(count);
  }

  /** Gives whether it is the first reply to a request of this run. */
  add(number: number): boolean {
    if (number === FOREIGN || this.#seen[number] !== 0) {
      return false;
    }
    this.#seen[number] = 1;
    this.answered += 1;
    this.last = performance.now();
    return true;
  }
}
