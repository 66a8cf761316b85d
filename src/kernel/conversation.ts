import { codeOf } from '../base/errno.ts';
import {
  type Acknowledgement,
  decodeAcknowledgement,
  isAcknowledgement,
} from '../netlink/acknowledgement.ts';
import {
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from '../netlink/constants.ts';
import { encodeMessage, type Frame, type Request, splitDatagram } from '../netlink/message.ts';
import { Batch, type BatchFailure, type Filled, type RequestList } from './batch.ts';
import type { CopyBatch, Destination } from './copy-batch.ts';
import { KernelFault } from './kernel-fault.ts';
import type { Transport } from './transport.ts';

/** A dump that changes while it is read begins anew; a table that never stands still that long is given up. */
const DUMP_ATTEMPTS = 20;

/** The kernel fills at most 32 KiB of a dump's datagram (net/netlink/af_netlink.c, netlink_dump). */
const RECEIVE_BYTES = 65536;

/**
 * Requests and their answers on one socket of which nobody else reads. Synchronous: the kernel has handled a request
 * when its write returns, so the answer waits already and a call takes microseconds.
 */
export class Conversation {
  readonly #transport: Transport;
  readonly #buffer = Buffer.alloc(RECEIVE_BYTES);
  readonly #batch = new Batch();
  #sequence = 0;
  #requests = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** How many messages were sent. */
  get requests(): number {
    return this.#requests;
  }

  /**
   * Sends one request and waits for its acknowledgement.
   *
   * @throws KernelFault when the kernel refuses it
   */
  request(operation: string, request: Request): void {
    const [failure] = this.batch(operation, [request]);
    if (failure !== undefined) {
      throw failure.fault;
    }
  }

  /**
   * Sends requests in as few writes as possible; only the last of a write asks for an acknowledgement, since the
   * kernel reports every failure anyway. All are tried, whatever happens to some.
   *
   * @returns the refused ones, with their index
   * @throws KernelFault when the socket fails
   */
  batch(operation: string, requests: RequestList): BatchFailure[] {
    const batch = this.#batch;
    return this.#sendAll(operation, requests.length, batch, (begin, sequence) =>
      batch.fill(requests, begin, sequence),
    );
  }

  /**
   * Sends a copy of the batch's template for each destination, as `batch` does requests.
   *
   * @returns the refused ones, with their index
   * @throws KernelFault when the socket fails
   */
  copies(operation: string, batch: CopyBatch, destinations: readonly Destination[]): BatchFailure[] {
    return this.#sendAll(operation, destinations.length, batch, (begin, sequence) =>
      batch.fill(destinations, begin, sequence),
    );
  }

  #sendAll(
    operation: string,
    length: number,
    batch: Filled,
    fill: (begin: number, firstSequence: number) => void,
  ): BatchFailure[] {
    const failures: BatchFailure[] = [];
    for (let begin = 0; begin < length; ) {
      fill(begin, this.#sequence + 1);
      this.#send(operation, batch.bytes);
      this.#sequence += batch.count;
      this.#requests += batch.count;
      this.#collect(operation, batch, begin, failures);
      begin += batch.count;
    }
    return failures;
  }

  /**
   * Sends a question that is not a dump, and hands over each message of the answer; its payload is valid during the call
   * only.
   *
   * @throws MalformedFault when a message does not decode
   * @throws KernelFault when the kernel refuses it
   */
  query(operation: string, request: Request, each: (frame: Frame) => void): void {
    this.#sequence += 1;
    this.#requests += 1;
    this.#send(operation, encodeMessage(request, this.#sequence, NLM_F_REQUEST | NLM_F_ACK));
    this.#readAnswer(operation, each);
  }

  /**
   * Sends a dump request and hands over each message of the answer; its payload is valid during the call only.
   * An answer that the kernel marks as interrupted (NLM_F_DUMP_INTR) is thrown away and asked for again, so `begin`
   * is called before each attempt.
   *
   * @throws MalformedFault when a message does not decode
   * @throws KernelFault when the kernel refuses, or the table changed during every attempt
   */
  dump(operation: string, request: Request, begin: () => void, each: (frame: Frame) => void): void {
    for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      this.#sequence += 1;
      this.#requests += 1;
      this.#send(operation, encodeMessage(request, this.#sequence, NLM_F_REQUEST | NLM_F_DUMP));
      begin();
      if (this.#readAnswer(operation, each)) {
        return;
      }
    }
    throw KernelFault.incomplete(operation, `a table that changed during ${DUMP_ATTEMPTS} dumps`);
  }

  #send(operation: string, bytes: Uint8Array): void {
    try {
      this.#transport.send(bytes);
    } catch (error) {
      throw KernelFault.broken(operation, codeOf(error) ?? 'EIO', error);
    }
  }

  /** Reads up to the acknowledgement of the batch's last message; earlier refusals come before it. */
  #collect(operation: string, batch: Filled, begin: number, failures: BatchFailure[]): void {
    const last = batch.firstSequence + batch.count - 1;
    for (;;) {
      const datagram = this.#receive(operation);
      if (isAcknowledgement(datagram, last)) {
        return;
      }
      for (const frame of splitDatagram(datagram)) {
        const index = frame.sequence - batch.firstSequence;
        if (frame.type !== NLMSG_ERROR || index < 0 || frame.sequence > last) {
          continue;
        }
        const answer: Acknowledgement = decodeAcknowledgement(frame);
        if (answer.errno !== 0) {
          failures.push({ index: begin + index, fault: KernelFault.refused(operation, answer) });
        }
        if (frame.sequence === last) {
          return;
        }
      }
    }
  }

  /**
   * Returns false when the answer was interrupted. It is read to its end also when `each` throws: the kernel refuses
   * another dump on the socket before.
   */
  #readAnswer(operation: string, each: (frame: Frame) => void): boolean {
    let whole = true;
    let failure: unknown;
    for (const frame of this.#answers(operation)) {
      whole &&= (frame.flags & NLM_F_DUMP_INTR) === 0;
      if (frame.type === NLMSG_DONE || frame.type === NLMSG_ERROR) {
        requireSuccess(operation, frame);
        break;
      }
      try {
        each(frame);
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) {
      throw failure;
    }
    return whole;
  }

  /** The messages that answer the request sent last, over as many datagrams as it takes. */
  *#answers(operation: string): Generator<Frame> {
    for (;;) {
      for (const frame of splitDatagram(this.#receive(operation))) {
        if (frame.sequence === this.#sequence) {
          yield frame;
        }
      }
    }
  }

  #receive(operation: string): Buffer {
    try {
      return this.#buffer.subarray(0, this.#transport.receive(this.#buffer));
    } catch (error) {
      throw KernelFault.broken(operation, codeOf(error) ?? 'EIO', error);
    }
  }
}

function requireSuccess(operation: string, frame: Frame): void {
  const answer = decodeAcknowledgement(frame);
  if (answer.errno !== 0) {
    throw KernelFault.refused(operation, answer);
  }
}
