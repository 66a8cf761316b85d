import type { ServerResponse } from 'node:http';
import { type Answer, text } from './answers.ts';

/** Answers of so many bytes, or one that is larger, may wait for their readers; who asks for more is told to come later. */
const BYTES_AT_MOST = 32 * 1024 * 1024;

/** Answers up to so many bytes do not count: whoever asks for little is answered although others do not read. */
const SMALL = 256 * 1024;

/** The large answers of a server that nobody has read yet: its memory. */
export class AnswerBacklog {
  #bytes = 0;

  /** Counts the answer until the response is closed. Gives another one when there is no room for it. */
  admit(answer: Answer, response: ServerResponse): Answer {
    const size = Buffer.byteLength(answer.body);
    // Who left before there was an answer closes nothing any more.
    if (size <= SMALL || response.destroyed) {
      return answer;
    }
    if (this.#bytes > 0 && this.#bytes + size > BYTES_AT_MOST) {
      return text(503, 'too much waits for others to read it');
    }
    this.#bytes += size;
    response.on('close', () => {
      this.#bytes -= size;
    });
    return answer;
  }
}
