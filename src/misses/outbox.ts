import { codeOf, errnoNumber } from '../base/errno.ts';
import { KernelFault } from '../kernel/kernel-fault.ts';
import type { Transport } from '../kernel/transport.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import { u32 } from '../netlink/values.ts';
import { pokeMessage } from './answer.ts';
import { AnswerQueue } from './answer-queue.ts';
import { CatchUp, type Due } from './catch-up.ts';
import { Confirmation } from './confirmation.ts';
import type { Counters } from './counters.ts';
import { type Decision, HOLD, NO_LEASE } from './decide.ts';
import type { InstalledNeighbours } from './installed.ts';
import { Marks } from './marks.ts';
import { OUT_OF_MEMORY } from './neighbour-writer.ts';
import { Rewrites } from './rewrites.ts';

/** The sequence number of main's pokes. Those of `Marks` and `CatchUp` are far above it. */
export const POKE = 1;

/** As many entries follow a lease change in one write: about 10 us, which a miss that comes meanwhile has to wait. */
const REWRITES_AT_ONCE = 6;

/** As many addresses are looked at for them at most: about 4 us, since each is a place in memory that is not cached. */
const LOOKS_AT_ONCE = 64;

/** A question may need two messages: its answer and an eviction. */
const ONE_QUESTION = 2;

/** Offset of nlmsg_seq in nlmsghdr. */
const SEQUENCE_AT = 8;

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
 * follow a lease change, and evictions when nothing else waits. `Marks` tells whether misses wait, `CatchUp` when what
 * was dropped can be made good.
 *
 * A miss that gets no answer is asked again; a change of an entry is not. So it counts as done when it is confirmed, and
 * if anything was dropped meanwhile, everything is compared.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #answers: AnswerQueue;
  readonly #marks = new Marks();
  readonly #catchUp = new CatchUp();
  readonly #rewrites: Rewrites;
  readonly #mark = pokeMessage(0);
  readonly #changes = new Confirmation();
  /** A comparison left entries as they should not be. */
  #isWrong = false;

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

  /** An entry of ours is to go. */
  addEviction(address: Ipv4): void {
    this.#answers.addAbsent(address);
    this.#changes.wrote();
    this.#parts.counters.add('evicted');
  }

  /** The entries in these subnets have to follow their leases; `done` is called when they do. */
  rewrite(subnets: readonly Prefix[], done: () => void): void {
    this.#rewrites.add(subnets, done);
  }

  /** Notifications were dropped, or answers were; `everything`: also a change of entries. */
  fallBehind(due: 'misses' | 'everything'): void {
    this.#catchUp.fallBehind(this.#changes.isPending ? 'everything' : due);
    this.#changes.settled();
    this.#marks.lost();
  }

  /** A read ended by its time-out: no mark is on its way, whatever became of it. */
  nothingCame(): void {
    this.#marks.lost();
    this.#changes.markLost();
  }

  /** Hears of an acknowledgement and tells what a dump has to make good now. */
  acknowledged(sequence: number): Due {
    if (this.#marks.cameBack(sequence, !this.#answers.isEmpty)) {
      this.#changes.cameBack();
      return 'nothing';
    }
    const due = this.#catchUp.acknowledged(sequence);
    if (due === 'nothing') {
      return due;
    }
    // What was written while notifications were dropped may have been refused without a word.
    const everything = due === 'everything' || this.#changes.isPending;
    this.#changes.settled();
    return everything ? 'everything' : 'misses';
  }

  /** Everything was compared; `whole`: and nothing is left to be done again. */
  compared(whole: boolean): void {
    this.#isWrong = !whole;
  }

  /** To be called after each read: writes what should not wait for another one. */
  afterRead(): void {
    if (!this.#marks.outstanding || this.#isFull) {
      this.goOn();
    } else if (this.#catchUp.isBehind) {
      this.#send(this.#catchUp.poke());
    }
  }

  /** Writes what waits to be written, one batch of it. */
  goOn(): void {
    this.#rewrite();
    if (this.#answers.isEmpty && !this.#catchUp.isBehind) {
      this.#makeRoom();
    }
    if (this.#answers.isEmpty) {
      this.#comeBack();
    }
    this.flush();
    if (this.#catchUp.isBehind) {
      this.#send(this.#catchUp.poke());
    }
    if (!this.#changes.isPending && !this.#isWrong && !this.#catchUp.isInDoubt) {
      this.#rewrites.settle();
    }
  }

  /** Writes the answers that wait. With more to do than misses a mark ends the next read, however long no miss comes. */
  flush(): void {
    if (this.#answers.isEmpty) {
      return;
    }
    const { installed, counters } = this.#parts;
    const mark = this.#nextMark(!this.#rewrites.isEmpty || installed.isOverfull || this.#changes.needsMark);
    this.#send(this.#answers.take(mark));
    counters.set('neighbours', installed.size);
  }

  /** While entries have to follow a lease, each write has room for some of them. */
  get #isFull(): boolean {
    return !this.#answers.hasRoomFor(ONE_QUESTION + (this.#rewrites.isEmpty ? 0 : REWRITES_AT_ONCE));
  }

  #nextMark(wanted: boolean): number {
    const mark = this.#catchUp.isBehind ? 0 : this.#marks.next(wanted);
    if (mark !== 0) {
      this.#changes.marked();
    }
    return mark;
  }

  #rewrite(): void {
    let written = 0;
    for (let looks = 0; looks < LOOKS_AT_ONCE && written < REWRITES_AT_ONCE; looks++) {
      if (this.#rewrites.isEmpty || !this.#answers.hasRoomFor(1)) {
        return;
      }
      const address = this.#rewrites.next();
      written += address !== undefined && this.#follow(address) ? 1 : 0;
    }
  }

  /** @returns whether the address's entry has to be written */
  #follow(address: Ipv4): boolean {
    const { installed, counters, decide } = this.#parts;
    if (!installed.has(address)) {
      return false;
    }
    const decision = decide(address);
    if (decision === HOLD || (decision !== NO_LEASE && installed.leadsTo(address, decision))) {
      return false;
    }
    this.#changes.wrote();
    if (decision === NO_LEASE) {
      this.#answers.addAbsent(address);
      installed.forget(address);
      counters.add('removed');
    } else {
      this.#answers.addResolved(address, decision.mac);
      installed.redirect(address, decision);
      counters.add('rewritten');
    }
    return true;
  }

  /** With nothing to write and more to do, or to hear of, the next read must not wait for a miss. */
  #comeBack(): void {
    const mark = this.#rewrites.isEmpty && !this.#changes.needsMark ? 0 : this.#nextMark(true);
    if (mark !== 0) {
      u32.write(this.#mark, SEQUENCE_AT, mark);
      this.#send(this.#mark);
    }
  }

  #makeRoom(): void {
    const { installed } = this.#parts;
    while (installed.isOverfull && this.#answers.hasRoomFor(ONE_QUESTION)) {
      const evicted = installed.evict();
      if (evicted !== undefined) {
        this.addEviction(evicted);
      }
    }
  }

  /** What there is no memory for is counted; the dump that catches up finds who still waits for an answer. */
  #send(bytes: Buffer): void {
    try {
      this.#parts.misses.send(bytes);
    } catch (error) {
      const code = codeOf(error) ?? 'EIO';
      if (!OUT_OF_MEMORY.has(code)) {
        throw KernelFault.broken('answer misses', code, error);
      }
      this.#parts.counters.addRefusal(errnoNumber(code));
      this.fallBehind('misses');
    }
  }
}
