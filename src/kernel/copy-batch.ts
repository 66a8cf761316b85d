import { type Ipv4, writeIpv4 } from '../net/ipv4.ts';
import { type Mac, writeMac } from '../net/mac.ts';
import {
  align,
  askForAcknowledgement,
  type MessageMemory,
  messageMemory,
  numberMessage,
} from '../netlink/message.ts';
import type { Template } from '../netlink/template.ts';
import { type Filled, MOST_MESSAGES } from './batch.ts';
import { KernelFault } from './kernel-fault.ts';

/** What tells one copy from another. */
export interface Destination {
  readonly mac: Mac;
  /** Where it is to lead. */
  readonly wanted: Ipv4 | undefined;
}

/**
 * Messages that are copies of one template but for a MAC and an address. They are laid out once, and each write puts in
 * only what differs: thousands are written by code that is not compiled yet, where each call that is saved shows.
 */
export class CopyBatch implements Filled {
  count = 0;
  firstSequence = 0;
  readonly #from: Template;
  readonly #memory: MessageMemory;
  readonly #stride: number;

  /** @param from with the flags that each copy is to have, a place for an address and one for a MAC */
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

  /**
   * Takes destinations from number `begin` on, as many as fit.
   *
   * @throws KernelFault when one of them leads nowhere
   */
  fill(destinations: readonly Destination[], begin: number, firstSequence: number): void {
    if (this.count > 0) {
      // It asked for the acknowledgement.
      this.#layOut(this.count - 1);
    }
    this.count = Math.min(MOST_MESSAGES, destinations.length - begin);
    this.firstSequence = firstSequence;
    const { addressAt, macAt } = this.#from;
    const memory = this.#memory;
    for (let number = 0; number < this.count; number++) {
      const destination = destinations[begin + number];
      if (destination?.wanted === undefined) {
        throw KernelFault.incomplete(
          'batch',
          `number ${begin + number} of ${destinations.length} that leads nowhere`,
        );
      }
      const at = number * this.#stride;
      numberMessage(memory, at, firstSequence + number);
      writeIpv4(destination.wanted, memory.bytes, at + addressAt);
      writeMac(destination.mac, memory.bytes, at + macAt);
    }
    const last = this.count - 1;
    askForAcknowledgement(memory, last * this.#stride, firstSequence + last);
  }

  #layOut(number: number): void {
    this.#memory.bytes.set(this.#from.bytes, number * this.#stride);
  }
}
