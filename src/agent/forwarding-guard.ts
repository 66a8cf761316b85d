import { backOff } from '../base/back-off.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { ForwardingNotice } from '../kernel/forwarding.ts';
import type { ForwardingTable } from '../overlay/forwarding-table.ts';
import type { Ending } from './ending.ts';

/** What others wrote into the forwarding table is looked at after this time, in milliseconds, all of it together. */
const LOOK_AFTER_MS = 50;

export interface ForwardingGuardParts {
  readonly table: ForwardingTable;
  /** Compares the whole table with the kernel's. */
  readonly compare: () => Promise<void>;
  /** Name of the device, for the log. */
  readonly device: string;
  readonly clock: Clock;
  readonly ending: Ending;
  readonly log: Log;
}

/** Sees to it that static forwarding entries stay: tries again what was refused, puts back what others changed. */
export class ForwardingGuard {
  readonly #parts: ForwardingGuardParts;
  readonly #closing = new AbortController();
  #isRetrying = false;
  #isLooking = false;

  constructor(parts: ForwardingGuardParts) {
    this.#parts = parts;
  }

  close(): void {
    this.#closing.abort();
  }

  /** To be called when the table was written: some of it may have been refused. */
  check(): void {
    if (this.#parts.table.incomplete && !this.#isRetrying) {
      this.#isRetrying = true;
      this.#run(this.#tryAgain());
    }
  }

  /** Somebody wrote a forwarding entry: the agent, as a rule. */
  observe(notice: ForwardingNotice): void {
    if (!this.#isLooking && this.#parts.table.contradicts(notice)) {
      this.#isLooking = true;
      this.#run(this.#look());
    }
  }

  #run(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#closing.signal.aborted) {
        this.#parts.ending.fail(error);
      }
    });
  }

  /** What the kernel refused, for want of memory as a rule, is written again after a pause, until it takes it. */
  async #tryAgain(): Promise<void> {
    const { table, compare, clock } = this.#parts;
    for (let attempt = 0; table.incomplete; attempt++) {
      await clock.sleep(backOff(attempt), this.#closing.signal);
      if (this.#closing.signal.aborted) {
        return;
      }
      await compare();
    }
    this.#isRetrying = false;
  }

  async #look(): Promise<void> {
    const { table, compare, device, clock, log } = this.#parts;
    await clock.sleep(LOOK_AFTER_MS, this.#closing.signal);
    this.#isLooking = false;
    if (this.#closing.signal.aborted) {
      return;
    }
    const before = { ...table.counters };
    await compare();
    const written = table.counters.written - before.written;
    const removed = table.counters.removed - before.removed;
    if (written + removed > 0) {
      log.warn({ device, written, removed }, 'put forwarding entries right that somebody else had changed');
    }
  }
}
