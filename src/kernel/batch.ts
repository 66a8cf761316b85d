import { NLM_F_REQUEST } from '../netlink/constants.ts';
import {
  align,
  askForAcknowledgement,
  messageHeader,
  messageMemory,
  type Request,
  writeMessage,
} from '../netlink/message.ts';
import { KernelFault } from './kernel-fault.ts';

/** A request of a batch that the kernel refused. */
export interface BatchFailure {
  readonly index: number;
  readonly fault: KernelFault;
}

/**
 * An array of requests, or something that makes each when it is its turn: thousands need not exist at once. What `at`
 * returns is written before the next one is asked for, so one object may serve all.
 */
export interface RequestList {
  readonly length: number;
  at(index: number): Request | undefined;
}

/**
 * Every refusal is a message in our receive buffer, and the default one (212,992 bytes) holds 256 small messages; 128
 * refusals of one write still fit.
 */
export const MOST_MESSAGES = 128;

/** Room for 128 messages of the usual sizes; one that is larger than all of it gets a buffer of its own. */
const BATCH_BYTES = 16_384;

/** As many messages as go into one write, with consecutive sequence numbers; the last asks for an acknowledgement. */
export interface Filled {
  /** What is to be written; valid until the next `fill`. */
  readonly bytes: Buffer;
  readonly count: number;
  readonly firstSequence: number;
}

/** Requests of any kind that go into one write. */
export class Batch implements Filled {
  count = 0;
  firstSequence = 0;
  #memory = messageMemory(BATCH_BYTES);
  #length = 0;

  get bytes(): Buffer {
    return this.#memory.bytes.subarray(0, this.#length);
  }

  /** Takes requests from number `begin` on, as many as fit. */
  fill(requests: RequestList, begin: number, firstSequence: number): void {
    this.#length = 0;
    this.count = 0;
    this.firstSequence = firstSequence;
    let lastAt = 0;
    for (let index = begin; index < requests.length && this.count < MOST_MESSAGES; index++) {
      const request = requests.at(index);
      if (request === undefined) {
        throw KernelFault.incomplete(
          'batch',
          `${requests.length} requests of which number ${index} is missing`,
        );
      }
      if (!this.#hasRoomFor(request)) {
        break;
      }
      lastAt = this.#length;
      this.#length = writeMessage(this.#memory, lastAt, request, firstSequence + this.count, NLM_F_REQUEST);
      this.count += 1;
    }
    askForAcknowledgement(this.#memory, lastAt, firstSequence + this.count - 1);
  }

  #hasRoomFor({ size }: Request): boolean {
    const needed = align(messageHeader.bytes + size);
    if (this.count === 0 && needed > this.#memory.bytes.length) {
      this.#memory = messageMemory(needed);
    }
    return this.#length + needed <= this.#memory.bytes.length;
  }
}
