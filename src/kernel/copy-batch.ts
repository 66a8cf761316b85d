import {
  align,
  askForAcknowledgement,
  type MessageMemory,
  messageMemory,
  numberMessage,
} from '../netlink/message.ts';
import type { Template } from '../netlink/template.ts';
import { type Filled, MOST_MESSAGES } from './batch.ts';

/** Writes into copy number `index`, which begins at `at`, what tells it from the others. */
export type Put = (index: number, bytes: Buffer, at: number) => void;

/**
 * Messages that are copies of one template but for a few bytes. They are laid out once, and each write puts in only what
 * differs: thousands are written by code that is not compiled yet, where each call that is saved shows.
 */
export class CopyBatch implements Filled {
  count = 0;
  firstSequence = 0;
  readonly #from: Template;
  readonly #memory: MessageMemory;
  readonly #stride: number;

  /** @param from with the flags that each copy is to have */
  constructor(from: Template) {
    this.#from = from;
    this.#stride = align(from.bytes.length);
    this.#memory = messageMemory(this.#stride * MOST_MESSAGES);
    for (let number = 0; number < MOST_MESSAGES; number++) {
      this.#layOut(number);
    }
  }

  get bytes(): Buffer {
    return this.#memory.bytes.subarray(0, this.count * this.#stride);
  }

  /** Takes copies from number `begin` on, of `length` in all, as many as fit. */
  fill(length: number, put: Put, begin: number, firstSequence: number): void {
    if (this.count > 0) {
      // It asked for the acknowledgement.
      this.#layOut(this.count - 1);
    }
    this.count = Math.min(MOST_MESSAGES, length - begin);
    this.firstSequence = firstSequence;
    const memory = this.#memory;
    for (let number = 0; number < this.count; number++) {
      const at = number * this.#stride;
      numberMessage(memory, at, firstSequence + number);
      put(begin + number, memory.bytes, at);
    }
    const last = this.count - 1;
    askForAcknowledgement(memory, last * this.#stride, firstSequence + last);
  }

  #layOut(number: number): void {
    this.#memory.bytes.set(this.#from.bytes, number * this.#stride);
  }
}
