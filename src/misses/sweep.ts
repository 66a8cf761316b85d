import type { Ipv4 } from '../net/ipv4.ts';
import type { AnswerQueue } from './answer-queue.ts';
import type { CounterName, Counters } from './counters.ts';
import { type AgingEntries, type Lifetime, SUSPECTS_AT_ONCE } from './lifetime.ts';
import type { RemoteHost } from './remote-host.ts';

/** A question may need three messages: a forwarding entry, its answer, and an eviction. */
export const ONE_QUESTION = 3;

export interface SweepParts {
  readonly lifetime: Lifetime;
  readonly entries: AgingEntries & { hostOf(address: Ipv4): RemoteHost | undefined };
  readonly counters: Counters;
  /** Takes an entry out, with at most three messages. */
  readonly remove: (address: Ipv4, count: CounterName) => void;
  /** Called for each message: until it is confirmed it may have been refused. */
  readonly wrote: () => void;
}

/** Finds out which entries nobody uses, and removes those. */
export class Sweep {
  readonly #parts: SweepParts;
  readonly #answers: AnswerQueue;

  constructor(parts: SweepParts, answers: AnswerQueue) {
    this.#parts = parts;
    this.#answers = answers;
  }

  /**
   * Removes what is idle, and asks about what may be, a few at a time.
   *
   * @returns whether there may be more: its next turn is after PAUSE_MS
   */
  run(): boolean {
    const { lifetime, remove } = this.#parts;
    while (this.#answers.hasRoomFor(ONE_QUESTION)) {
      const idle = lifetime.expire();
      if (idle === undefined) {
        break;
      }
      remove(idle, 'expired');
    }
    if (!lifetime.takeTurn()) {
      return false;
    }
    lifetime.doom();
    let doubted = 0;
    while (doubted < SUSPECTS_AT_ONCE && this.#answers.hasRoomFor(ONE_QUESTION) && this.#doubtNext()) {
      doubted += 1;
    }
    return lifetime.dooms || doubted > 0;
  }

  /** An entry has to make room for another one. */
  evict(): void {
    const { lifetime, remove } = this.#parts;
    const count = lifetime.hasIdle ? 'evictedIdle' : 'evictedUnderPressure';
    const address = lifetime.dispensable;
    if (address !== undefined) {
      remove(address, count);
    }
  }

  /** Removes entries until there are no more than there may be. */
  makeRoom(): void {
    const { entries } = this.#parts;
    while (entries.size > entries.maximum && this.#answers.hasRoomFor(ONE_QUESTION)) {
      this.evict();
    }
  }

  /** @returns false when there is none to be doubted */
  #doubtNext(): boolean {
    const { lifetime, entries, counters, wrote } = this.#parts;
    const address = lifetime.suspect();
    const host = address === undefined ? undefined : entries.hostOf(address);
    if (address === undefined || host === undefined) {
      return false;
    }
    this.#answers.addDoubt(address, host.mac);
    wrote();
    counters.add('doubted');
    return true;
  }
}
