import { NLM_F_ACK, NLM_F_REQUEST } from '../netlink/constants.ts';
import { align, messageHeader, type Request, writeMessage } from '../netlink/message.ts';
import type { KernelFault } from './kernel-fault.ts';

/** A request of a batch that the kernel refused. */
export interface BatchFailure {
  readonly index: number;
  readonly fault: KernelFault;
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

  static of(requests: readonly Request[], begin: number, firstSequence: number): Batch {
    const chosen = requests.slice(begin, begin + MOST_MESSAGES);
    const size = chosen.reduce((sum, request) => sum + align(messageHeader.bytes + request.size), 0);
    const bytes = Buffer.allocUnsafe(size);
    let at = 0;
    chosen.forEach((request, index) => {
      const flags = index === chosen.length - 1 ? NLM_F_REQUEST | NLM_F_ACK : NLM_F_REQUEST;
      at = writeMessage(bytes, at, request, firstSequence + index, flags);
    });
    return new Batch(bytes, chosen.length, firstSequence);
  }
}
