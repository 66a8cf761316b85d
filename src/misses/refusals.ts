import { errnoName } from '../base/errno.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { FORWARDING_SEQUENCE, ROUTE_SEQUENCE } from './answer.ts';
import type { Comparison } from './comparison.ts';
import type { Counters } from './counters.ts';
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
   * @param sequence of the refused message
   * @param destination of a refused neighbour
   */
  note(errno: number, sequence: number, destination: Ipv4 | undefined): void {
    this.#counters.addRefusal(errno);
    if (destination !== undefined) {
      this.#recording.noteRefused(destination, errno);
    }
    this.#counters.add('forwardingFailed', sequence === FORWARDING_SEQUENCE ? 1 : 0);
    this.#counters.add('routesFailed', sequence === ROUTE_SEQUENCE ? 1 : 0);
    const code = errnoName(errno);
    if (OUT_OF_MEMORY.has(code)) {
      this.#outbox.fallBehind('everything');
    } else if (!GONE.has(code)) {
      this.#outbox.noteRefused();
      this.#comparison.tryAgain();
    }
  }
}
