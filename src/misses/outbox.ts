import type { Transport } from '../kernel/transport.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import { pokeMessage } from './answer.ts';
import { AnswerQueue } from './answer-queue.ts';
import type { Counters } from './counters.ts';
import { type Decision, HOLD, NO_LEASE } from './decide.ts';
import type { InstalledNeighbours } from './installed.ts';
import { Marks } from './marks.ts';
import { Rewrites } from './rewrites.ts';

/** Sequence numbers tell acknowledgements apart: of main's pokes, of our own, and of answers that end a batch. */
export const POKE = 1;
const CAUGHT_UP = 2;
const MARK = 3;

/** As many entries follow a lease change in one write: about 10 us, which a miss that comes meanwhile has to wait. */
const REWRITES_AT_ONCE = 6;

/** As many addresses are looked at for them at most: about 4 us, since each is a place in memory that is not cached. */
const LOOKS_AT_ONCE = 64;

export interface OutboxParts {
  readonly ifindex: number;
  readonly misses: Transport;
  readonly counters: Counters;
  readonly installed: InstalledNeighbours;
  /** What an address is to be, by the leases of now. */
  readonly decide: (address: Ipv4) => Decision;
}

/**
 * What is written to the kernel, and when: answers to misses before anything else, beside them a few entries that
 * follow a lease change, and evictions when nothing else waits. `Marks` tells whether misses wait.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #answers: AnswerQueue;
  readonly #marks = new Marks();
  readonly #rewrites: Rewrites;
  readonly #caughtUp = pokeMessage(CAUGHT_UP);
  readonly #mark = pokeMessage(MARK);
  #behind = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#answers = new AnswerQueue(parts.ifindex);
    this.#rewrites = new Rewrites(parts.installed);
  }

  /** `This address is at that MAC` (six bytes). */
  addResolved(address: Ipv4, mac: Uint8Array): void {
    this.#answers.addResolved(address, mac);
  }

  /** `Nobody has this address`. */
  addAbsent(address: Ipv4): void {
    this.#answers.addAbsent(address);
  }

  /** The entries in these subnets have to follow their leases; `done` is called when they do. */
  rewrite(subnets: readonly Prefix[], done: () => void): void {
    this.#rewrites.add(subnets, done);
  }

  /** Misses were dropped, or an answer was: from now on each read is followed by a poke until one is acknowledged. */
  fallBehind(): void {
    this.#behind = true;
    this.#marks.cameBack(false);
  }

  /** A read ended by its time-out: no mark is on its way, whatever became of it. */
  nothingCame(): void {
    this.#marks.cameBack(false);
  }

  /**
   * Hears of an acknowledgement.
   *
   * @returns whether nothing is dropped any more, so that a dump finds all that was
   */
  acknowledged(sequence: number): boolean {
    if (sequence === MARK) {
      this.#marks.cameBack(!this.#answers.isEmpty);
    }
    const caughtUp = sequence === CAUGHT_UP && this.#behind;
    this.#behind &&= !caughtUp;
    return caughtUp;
  }

  /** To be called after each read: writes what should not wait for another one. */
  afterRead(): void {
    if (!this.#marks.outstanding || this.#answers.isFull) {
      this.goOn();
    }
    if (this.#behind) {
      this.#send(this.#caughtUp);
    }
  }

  /** Writes what waits to be written, one batch of it. */
  goOn(): void {
    this.#rewrite();
    if (this.#answers.isEmpty && !this.#behind) {
      this.#makeRoom();
    }
    if (this.#answers.isEmpty) {
      this.#comeBack();
    }
    this.flush();
    this.#rewrites.settle();
  }

  /** Writes the answers that wait. With more to do than misses a mark ends the next read, however long no miss comes. */
  flush(): void {
    if (this.#answers.isEmpty) {
      return;
    }
    const { installed, counters } = this.#parts;
    const marked = !this.#behind && this.#marks.next(!this.#rewrites.isEmpty || installed.isOverfull);
    this.#send(this.#answers.take(marked ? MARK : 0));
    counters.set('neighbours', installed.size);
  }

  #rewrite(): void {
    let written = 0;
    for (let looks = 0; looks < LOOKS_AT_ONCE && written < REWRITES_AT_ONCE; looks++) {
      const address = this.#answers.isFull ? undefined : this.#rewrites.next();
      if (address === undefined) {
        return;
      }
      written += this.#follow(address) ? 1 : 0;
    }
  }

  /** @returns whether the address's entry has to be written */
  #follow(address: Ipv4): boolean {
    const { installed, counters, decide } = this.#parts;
    if (!installed.has(address)) {
      return false;
    }
    const decision = decide(address);
    if (decision === NO_LEASE) {
      this.#answers.addAbsent(address);
      installed.forget(address);
      counters.add('removed');
      return true;
    }
    if (decision === HOLD || installed.leadsTo(address, decision)) {
      return false;
    }
    this.#answers.addResolved(address, decision.mac);
    installed.redirect(address, decision);
    counters.add('rewritten');
    return true;
  }

  /** With nothing to write and more addresses to look at, the next read must not wait for a miss. */
  #comeBack(): void {
    if (!this.#behind && !this.#rewrites.isEmpty && this.#marks.next(true)) {
      this.#send(this.#mark);
    }
  }

  #makeRoom(): void {
    const { installed, counters } = this.#parts;
    while (installed.isOverfull && !this.#answers.isFull) {
      const evicted = installed.evict();
      if (evicted !== undefined) {
        this.#answers.addAbsent(evicted);
        counters.add('evicted');
      }
    }
  }

  /** What cannot be sent is counted; the dump that catches up finds who still waits for an answer. */
  #send(bytes: Buffer): void {
    try {
      this.#parts.misses.send(bytes);
    } catch (error) {
      const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : 0;
      this.#parts.counters.addRefusal(Math.abs(errno));
      this.fallBehind();
    }
  }
}
