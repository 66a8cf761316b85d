import { errnoName } from '../base/errno.ts';
import { readForwardingNotice } from '../kernel/forwarding.ts';
import { macToBytes } from '../net/mac.ts';
import { FORWARDING_SEQUENCE, ROUTE_SEQUENCE } from './answer.ts';
import type { Comparison } from './comparison.ts';
import type { Counters } from './counters.ts';
import type { MissMessage } from './miss-message.ts';
import { OUT_OF_MEMORY } from './out-of-memory.ts';
import type { Outbox } from './outbox.ts';
import type { Recording } from './recording/recording.ts';

/** What was to be altered or removed is not there any more: whoever needs it asks again. */
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH']);

export interface RefusalsParts {
  readonly counters: Counters;
  readonly recording: Recording;
  readonly outbox: Outbox;
  readonly comparison: Comparison;
}

/** What the kernel refused: counts it, and has it tried again where that makes sense. */
export class Refusals {
  readonly #counters: Counters;
  readonly #recording: Recording;
  readonly #outbox: Outbox;
  readonly #comparison: Comparison;

  constructor({ counters, recording, outbox, comparison }: RefusalsParts) {
    this.#counters = counters;
    this.#recording = recording;
    this.#outbox = outbox;
    this.#comparison = comparison;
  }

  /**
   * What the kernel had no memory for still waits: the dump that catches up finds it.
   *
   * @param message the notice
   * @param length of its datagram, in bytes
   */
  note(message: MissMessage, length: number): void {
    const { errno, sequence, refused: destination } = message;
    this.#counters.addRefusal(errno);
    if (destination !== undefined) {
      this.#recording.noteRefused(destination, errno);
    } else if (sequence === FORWARDING_SEQUENCE) {
      this.#counters.add('forwardingFailed');
      this.#noteForwarding(message, length);
    } else if (sequence === ROUTE_SEQUENCE) {
      this.#counters.add('routesFailed');
    }
    const code = errnoName(errno);
    if (OUT_OF_MEMORY.has(code)) {
      this.#outbox.fallBehind('everything');
    } else if (!GONE.has(code)) {
      this.#outbox.noteRefused();
      this.#comparison.tryAgain();
    }
  }

  /** The entry may have been what a frame waited for. */
  #noteForwarding(message: MissMessage, length: number): void {
    const type = message.refusedType(length);
    if (type !== undefined) {
      const { mac, isRemoval } = readForwardingNotice(type, message.refusedPayload(length));
      if (mac !== undefined && !isRemoval) {
        this.#recording.noteFrameRefused(macToBytes(mac), message.errno);
      }
    }
  }
}
