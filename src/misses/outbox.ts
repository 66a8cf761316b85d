import { codeOf, errnoNumber } from '../base/errno.ts';
import { KernelFault } from '../kernel/kernel-fault.ts';
import { pokeMessage } from '../kernel/poke.ts';
import type { Route } from '../kernel/routes.ts';
import type { Transport } from '../kernel/transport.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import { u32 } from '../netlink/values.ts';
import { AnswerQueue } from './answer-queue.ts';
import { CatchUp, type Owed } from './catch-up.ts';
import type { Compared } from './comparison.ts';
import { EntryChanges, type EntryChangesParts, REWRITES_AT_ONCE } from './entry-changes.ts';
import { Marks } from './marks.ts';
import { OUT_OF_MEMORY } from './out-of-memory.ts';
import type { Recording } from './recording/recording.ts';
import type { RemoteHost } from './remote-host.ts';
import { ONE_SUBNET } from './subnet-changes.ts';
import { ONE_QUESTION } from './sweep.ts';

/** Offset of nlmsg_seq in nlmsghdr. */
const SEQUENCE_AT = 8;

export interface OutboxParts extends EntryChangesParts {
  readonly misses: Transport;
  readonly recording: Recording;
}

/**
 * What is written to the kernel, and when: answers to misses before anything else, beside them a few entries that
 * follow a lease change, and the rest when nothing else waits. `Marks` tells whether misses wait, `CatchUp` when what
 * was dropped can be made good.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #answers: AnswerQueue;
  readonly #changes: EntryChanges;
  readonly #marks = new Marks();
  readonly #catchUp = new CatchUp();
  readonly #mark = pokeMessage(0);
  /** The miss that was read last was answered before it was noted. */
  #isAnswered = false;
  /** A comparison left entries as they should not be, for want of memory. */
  #isWrong = false;
  /** The kernel refused something since the last comparison, perhaps for good. */
  #isRefused = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#answers = new AnswerQueue(parts.ifindex, parts.vteps);
    this.#changes = new EntryChanges(parts, this.#answers);
  }

  /** `This address is at that host`. */
  addResolved(address: Ipv4, remote: RemoteHost): void {
    this.#answers.addResolved(address, remote);
  }

  /** `Nobody has this address`. */
  addAbsent(address: Ipv4): void {
    this.#answers.addAbsent(address);
  }

  /** An entry has to make room for another one. */
  evict(): void {
    this.#changes.evict();
  }

  /** The entries in these subnets have to follow their leases; `done` is called when they do. */
  rewrite(subnets: readonly Prefix[], done: () => void): void {
    this.#changes.rewrite(subnets, done);
  }

  /** Notifications were dropped, or answers were; `everything`: also a change of entries. */
  fallBehind(due: 'misses' | 'everything'): void {
    this.#catchUp.fallBehind(this.#changes.isUnconfirmed ? 'everything' : due);
    this.#changes.settleWritten();
    this.#markLost();
  }

  /** As `CatchUp.awaitQueue`; no other mark comes back meanwhile. */
  awaitQueue(): boolean {
    this.#markLost();
    return this.#catchUp.awaitQueue();
  }

  /** A read ended by its time-out: no mark is on its way any more. */
  nothingCame(): void {
    this.#markLost();
  }

  /** Hears of an acknowledgement and tells what a dump has to make good now. */
  acknowledged(sequence: number): Owed {
    if (this.#marks.cameBack(sequence, !this.#answers.isEmpty)) {
      this.#changes.markCameBack();
      return 'nothing';
    }
    const due = this.#catchUp.acknowledged(sequence);
    if (due === 'nothing' || due === 'comparison') {
      return due;
    }
    // What was written while notifications were dropped may have been refused without a word.
    const everything = due === 'everything' || this.#changes.isUnconfirmed;
    this.#changes.settleWritten();
    return everything ? 'everything' : 'misses';
  }

  /** Everything was compared. */
  compared({ whole, stale }: Compared): void {
    this.#isWrong = !whole;
    this.#isRefused = false;
    this.noteStale(stale);
  }

  /** The kernel refused something: only a comparison tells what. */
  noteRefused(): void {
    this.#isRefused = true;
  }

  /** Nothing asks for these routes, which are ours or flannel's: they go when all that is wanted is there. */
  noteStale(routes: Route[]): void {
    this.#changes.subnets.noteStale(routes);
  }

  /**
   * Writes an answer that no other waits with, before anything is noted of it: to note it takes as long as to answer. What
   * else is to be written follows with `afterRead`.
   *
   * @returns the errno of that, or 0
   */
  answerAtOnce(): number {
    this.#isAnswered = true;
    return this.#send(this.#answers.take(this.#nextMark(false)));
  }

  /** To be called after each read: writes what should not wait for another one. */
  afterRead(): void {
    const wasAnswered = this.#isAnswered;
    this.#isAnswered = false;
    if (wasAnswered && !this.#catchUp.isBehind && !this.#changes.needsMark) {
      this.#settle();
    } else if (!this.#marks.outstanding || this.#isFull) {
      this.goOn(!wasAnswered);
    } else if (this.#catchUp.isBehind) {
      this.#send(this.#catchUp.poke());
    }
  }

  /**
   * Writes a batch of what waits. `mayTidy`: entries may go that are too many, idle or stale; not right behind a miss, when
   * others may wait and the clock was not looked at, by which an entry is idle.
   */
  goOn(mayTidy = true): void {
    this.#answers.beginChanges();
    this.#changes.follow();
    this.#changes.subnets.program();
    this.#changes.forward();
    if (mayTidy && this.#answers.isEmpty && !this.#catchUp.isBehind) {
      this.#changes.makeRoom();
      this.#changes.sweep();
    }
    if (mayTidy && this.#answers.isEmpty && this.#mayRemoveStale) {
      this.#changes.subnets.removeStale();
    }
    if (this.#answers.isEmpty) {
      this.#comeBack();
    }
    this.#answers.endChanges();
    this.flush();
    if (this.#catchUp.isBehind) {
      this.#send(this.#catchUp.poke());
    }
    this.#settle();
  }

  /** Tells those who wait for it that everything is written, and how much that is. */
  #settle(): void {
    if (this.#isSettled && !(this.#mayRemoveStale && this.#changes.subnets.hasStale)) {
      this.#changes.settle();
    }
    const { counters, installed, subnets } = this.#parts;
    counters.set('neighbours', installed.size + subnets.tunnelled);
    counters.set('subnets', subnets.size);
  }

  /** Writes the answers that wait. With more to do than misses a mark ends the next read, however long no miss comes. */
  flush(): void {
    if (this.#answers.isEmpty) {
      return;
    }
    this.#parts.recording.noteWriting();
    const errno = this.#send(this.#answers.take(this.#nextMark(this.#changes.needsMark)));
    if (errno === 0) {
      this.#parts.recording.noteWritten();
    } else {
      this.#parts.recording.noteFailed(errno);
    }
  }

  /** Whether everything that is wanted is known to be there, or refused. */
  get #isSettled(): boolean {
    return !this.#changes.isPending && !this.#isWrong && !this.#catchUp.isInDoubt;
  }

  /** What an earlier mode left may stand in for what was refused. */
  get #mayRemoveStale(): boolean {
    return this.#isSettled && !this.#isRefused;
  }

  /** Whether misses wait, as far as is known. */
  get isBusy(): boolean {
    return this.#marks.outstanding || !this.#answers.isEmpty || this.#isAnswered;
  }

  /** While entries have to follow a lease, or subnets to be programmed, each write has room for some of them. */
  get #isFull(): boolean {
    const forEntries = this.#changes.isRewriting ? REWRITES_AT_ONCE : 0;
    const forSubnets = this.#parts.subnets.hasChanged ? ONE_SUBNET : 0;
    const isHeldUp = forEntries + forSubnets > 0 && this.#answers.holdsUpChanges;
    return isHeldUp || !this.#answers.hasRoomFor(ONE_QUESTION + forEntries + forSubnets);
  }

  #markLost(): void {
    this.#marks.lost();
    this.#changes.markLost();
  }

  #nextMark(wanted: boolean): number {
    const mark = this.#catchUp.isBehind ? 0 : this.#marks.next(wanted);
    if (mark !== 0) {
      this.#changes.marked();
    }
    return mark;
  }

  /** With nothing to write and more to do, or to hear of, the next read must not wait for a miss. */
  #comeBack(): void {
    const mark = this.#changes.needsMark ? this.#nextMark(true) : 0;
    if (mark !== 0) {
      u32.write(this.#mark, SEQUENCE_AT, mark);
      this.#send(this.#mark);
    }
  }

  /** What there is no memory for is counted; the dump that catches up finds who waits. Returns the errno of that, or 0. */
  #send(bytes: Buffer): number {
    try {
      this.#parts.misses.send(bytes);
      return 0;
    } catch (error) {
      const code = codeOf(error) ?? 'EIO';
      if (!OUT_OF_MEMORY.has(code)) {
        throw KernelFault.broken('answer misses', code, error);
      }
      this.#parts.counters.addRefusal(errnoNumber(code));
      this.fallBehind('misses');
      return errnoNumber(code);
    }
  }
}
