import type { Comparison } from './comparison.ts';
import type { Counters } from './counters.ts';
import type { MissAnswers } from './miss-answers.ts';
import { MissRate } from './miss-rate.ts';
import type { Outbox } from './outbox.ts';
import type { Recording } from './recording/recording.ts';

export interface RecoveryParts {
  readonly outbox: Outbox;
  readonly comparison: Comparison;
  readonly answers: Pick<MissAnswers, 'isListed'>;
  readonly counters: Counters;
  readonly recording: Recording;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Makes good by dumps what was dropped, at once, and compares the tables where that is due, while no misses come. */
export class Recovery {
  readonly #parts: RecoveryParts;
  readonly #rate: MissRate;
  /** Since the last dump that answered what waited. */
  #hasOverrun = false;
  /** No miss was read since the queue is awaited. */
  #isQuiet = false;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#rate = new MissRate(parts.now);
  }

  /** A miss was read. */
  noteMiss(): void {
    this.#rate.note();
    this.#isQuiet = false;
  }

  /** The kernel dropped notifications. */
  noteOverrun(): void {
    this.#parts.counters.add('overruns');
    this.#hasOverrun = true;
    this.#parts.outbox.fallBehind('misses');
  }

  /**
   * Compares routes where that is due, or asks for a comparison of everything, which begins behind what is in the queue.
   *
   * @throws KernelFault
   */
  compareIfDue(): void {
    const { outbox, answers, comparison } = this.#parts;
    const { everything, routes } = comparison;
    if (!everything.isAsked && !routes.isAsked) {
      return;
    }
    const isBusy = outbox.isBusy || this.#rate.isFlood;
    if (everything.isDue(isBusy) && outbox.awaitQueue()) {
      this.#isQuiet = true;
    } else if (routes.isDue(isBusy)) {
      outbox.noteStale(comparison.compareRoutes(answers.isListed));
    }
  }

  /** An acknowledgement was read, perhaps the one that a dump waits for. @throws KernelFault */
  noteAcknowledgement(sequence: number): void {
    const due = this.#parts.outbox.acknowledged(sequence);
    if (due === 'comparison') {
      this.#compareUnlessBusy();
    } else if (due !== 'nothing') {
      const { recording, counters, comparison } = this.#parts;
      const before = recording.found;
      // One that may wait no longer would never come between overruns without end.
      this.#catchUp(comparison.everything.isDue(true) ? 'everything' : due);
      counters.add('overrunsRecovered', this.#hasOverrun ? recording.found - before : 0);
      this.#hasOverrun = false;
    }
  }

  /** The first misses of a flood may have come since it was asked for: then it is asked for again, later. */
  #compareUnlessBusy(): void {
    if (this.#parts.comparison.everything.isDue(!this.#isQuiet || this.#rate.isFlood)) {
      this.#catchUp('everything');
    }
  }

  #catchUp(due: 'misses' | 'everything'): void {
    const { outbox, answers, comparison } = this.#parts;
    if (due === 'everything' && answers.isListed) {
      outbox.compared(comparison.compareAll());
      return;
    }
    comparison.answerWaiting(answers.isListed);
    if (due === 'everything') {
      comparison.checkSubnets();
    }
  }
}
