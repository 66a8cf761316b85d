import { NLM_F_ACK, NLM_F_REQUEST } from '../netlink/constants.ts';
import { align, messageHeader, type Request, writeMessage } from '../netlink/message.ts';
import type { KernelFault } from './kernel-fault.ts';

/** A request of a batch that the kernel refused. */
export interface BatchFailure {
  readonly index: number;
  readonly fault: KernelFault;
}

/** An array of requests, or something that makes each when it is its turn: thousands need not exist at once. */
export interface RequestList {
  readonly length: number;
  at(index: number): Request | undefined;
}

/**
 * Every refusal is a message in our receive buffer, and the default one (212,992 bytes) holds 256 small messages; 128
 * refusals of one write still fit.
 */
const MOST_MESSAGES = 128;

/** As many requests as go into one write, with consecutive sequence numbers. */
export class Batch {
  readonly bytes: Buffer;
  readonly count: number;
  readonly firstSequence: number;

  private constructor(bytes: Buffer, count: number, firstSequence: number) {
    this.bytes = bytes;
    this.count = count;
    this.firstSequence = firstSequence;
  }

  static of(requests: RequestList, begin: number, firstSequence: number): Batch {
    const chosen: Request[] = [];
    let size = 0;
    for (let index = begin; index < requests.length && chosen.length < MOST_MESSAGES; index++) {
      const request = requests.at(index);
      if (request !== undefined) {
        chosen.push(request);
        size += align(messageHeader.bytes + request.size);
      }
    }
    const bytes = Buffer.allocUnsafe(size);
    let at = 0;
    let sequence = firstSequence;
    const last = firstSequence + chosen.length - 1;
    for (const request of chosen) {
      at = writeMessage(
        bytes,
        at,
        request,
        sequence,
        sequence === last ? NLM_F_REQUEST | NLM_F_ACK : NLM_F_REQUEST,
      );
      sequence += 1;
    }
    return new Batch(bytes, chosen.length, firstSequence);
  }
}
