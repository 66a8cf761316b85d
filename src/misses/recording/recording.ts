import { errnoNumber } from '../../base/errno.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { RemoteHost } from '../remote-host.ts';
import { Journal } from './journal.ts';
import { NO_LATENCY, UNWRITTEN, withOutcome } from './journal-layout.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import { ANSWERED, endingOf, FIRST, HELD, L2, L3, NO_LEASE_FOUND, REFUSED } from './outcomes.ts';
import { ReadTimes } from './read-times.ts';
import type { RecordingMemory } from './recording-memory.ts';
import { SubnetCounts } from './subnet-counts.ts';

/** A refusal comes right behind the misses that waited at the time of the write; what was asked earlier is another story. */
const REFUSED_WITHIN_MS = 2000;

/**
 * What the resolver notes of each miss, for others to read at their leisure: shared memory, no waiting, no allocation.
 * A miss is noted when it is decided, and its latency when the write that answers it has returned.
 */
export class Recording {
  readonly outcomes: OutcomeCounts;
  readonly #latencies: LatencyHistogram;
  readonly #subnets: SubnetCounts;
  readonly #journal: Journal;
  #found = 0;
  readonly #asleep: Int32Array;
  readonly #onAwake: () => void;
  readonly #now: () => number;
  readonly #reads: ReadTimes;
  /** When a read returned, and when the write did; see `Journal.noteWritten` for why in an array. */
  readonly #times = Float64Array.of(0, 0);
  /** The first record that waits for its write. */
  #unwritten: number;

  /**
   * @param now monotonic milliseconds, the same for all threads of the agent
   * @param onAwake called after a record that main wants to be told of
   */
  constructor(memory: RecordingMemory, now: () => number, onAwake: () => void = () => undefined) {
    this.#asleep = new Int32Array(memory.asleep);
    this.#onAwake = onAwake;
    this.outcomes = new OutcomeCounts(memory.outcomes);
    this.#latencies = new LatencyHistogram(memory.latencies);
    this.#subnets = new SubnetCounts(memory.subnets);
    this.#journal = new Journal(memory.journal);
    this.#now = now;
    this.#reads = new ReadTimes(now);
    this.#unwritten = this.#journal.head;
  }

  /** A read returned with a miss. */
  noteRead(): void {
    this.#reads.note();
  }

  /**
   * A miss was decided, and its answer waits to be written.
   *
   * @param phase see outcomes.ts; so is `outcome`
   * @param host undefined without a lease
   */
  noteAnswer(destination: Ipv4, phase: number, outcome: number, host: RemoteHost | undefined): void {
    // Not known yet, and no reason to take the record for an old one.
    this.#times[0] = Number.POSITIVE_INFINITY;
    this.#add(UNWRITTEN, destination, endingOf(L3, phase, outcome), host);
  }

  /** How many entries that waited dumps have found. */
  get found(): number {
    return this.#found;
  }

  /** All answers so far are about to be written. */
  noteWriting(): void {
    if (this.#unwritten !== this.#journal.head) {
      this.#reads.end();
    }
  }

  /** The write returned. */
  noteWritten(): void {
    if (this.#unwritten !== this.#journal.head) {
      this.#times[1] = this.#now();
      this.#settleWritten();
    }
  }

  /** The answer to the current miss was written before it is noted: see `noteAnswered`. */
  noteReturned(): void {
    this.#reads.end();
    this.#times[1] = this.#now();
  }

  /** The miss whose answer had been written at `noteReturned` is noted now. */
  noteAnswered(): void {
    this.#settleWritten();
  }

  #settleWritten(): void {
    const journal = this.#journal;
    const times = this.#times;
    let read = 0;
    for (let record = this.#unwritten; record !== journal.head; record = (record + 1) | 0) {
      if (journal.isUnwritten(record)) {
        this.#reads.put(read, times);
        read += 1;
        journal.noteWritten(record, times, this.#latencies);
      }
    }
    this.#publish();
  }

  /** The write that was to carry all answers so far failed. */
  noteFailed(errno: number): void {
    this.#times[0] = this.#now();
    for (let record = this.#unwritten; record !== this.#journal.head; record = (record + 1) | 0) {
      if (this.#journal.isUnwritten(record)) {
        this.#journal.noteFailed(record, this.#times);
        this.#refuse(record, errno);
      }
    }
    this.#publish();
  }

  /** The kernel refused what was written about an address; without a record of that it is no answer to a miss. */
  noteRefused(destination: Ipv4, errno: number): void {
    this.#refuseLatest(this.#journal.latestOf(destination, this.#now() - REFUSED_WITHIN_MS), errno);
  }

  /** The same of a forwarding entry. @param mac six bytes */
  noteFrameRefused(mac: Uint8Array, errno: number): void {
    this.#refuseLatest(this.#journal.latestFrameOf(mac, this.#now() - REFUSED_WITHIN_MS), errno);
  }

  /** The current miss is nobody's to answer. */
  noteUnanswered(): void {
    this.#reads.undo();
  }

  /** The current miss is left for a dump. */
  noteHeld(destination: Ipv4, phase: number): void {
    this.#reads.undo();
    this.#addAside(destination, endingOf(L3, phase, HELD), undefined);
  }

  /**
   * A dump found an entry that waited, for how long nobody knows; it was answered, negatively without a host.
   *
   * @param outcome see outcomes.ts
   * @param refusal the errno's name, when the kernel refused the answer
   */
  noteRecovered(
    destination: Ipv4,
    phase: number,
    outcome: number,
    host: RemoteHost | undefined,
    refusal?: string,
  ): void {
    this.#found += 1;
    this.#addAside(destination, endingOf(L3, phase, outcome), host);
    if (refusal !== undefined) {
      this.noteRefused(destination, errnoNumber(refusal));
    }
  }

  /** The kernel had no forwarding entry for a frame. @param mac six bytes @param endpoint undefined when no lease names it */
  noteFrame(mac: Uint8Array, endpoint: Ipv4 | undefined): void {
    const ending = endingOf(L2, FIRST, endpoint === undefined ? NO_LEASE_FOUND : ANSWERED);
    this.#times[0] = this.#now();
    this.#journal.addFrame(this.#times, mac, ending, endpoint ?? 0);
    this.outcomes.add(ending);
    this.#publishIfAlone();
  }

  #add(latency: number, destination: Ipv4, ending: number, host: RemoteHost | undefined): void {
    this.#journal.add(this.#times, latency, destination, ending, host);
    this.outcomes.add(ending);
    if (host !== undefined) {
      this.#subnets.note(host);
    }
  }

  #addAside(destination: Ipv4, ending: number, host: RemoteHost | undefined): void {
    this.#times[0] = this.#now();
    this.#add(NO_LATENCY, destination, ending, host);
    this.#publishIfAlone();
  }

  /** A record that waits for no write becomes visible at once, unless others wait: then with them. */
  #publishIfAlone(): void {
    if (this.#journal.head === ((this.#unwritten + 1) | 0)) {
      this.#publish();
    }
  }

  #publish(): void {
    this.#reads.clear();
    this.#unwritten = this.#journal.head;
    this.#journal.publish();
    if (Atomics.load(this.#asleep, 0) === 1) {
      Atomics.store(this.#asleep, 0, 0);
      this.#onAwake();
    }
  }

  #refuseLatest(record: number | undefined, errno: number): void {
    if (record !== undefined) {
      this.#refuse(record, errno);
    }
  }

  #refuse(record: number, errno: number): void {
    const before = this.#journal.endingOf(record);
    const after = withOutcome(before, REFUSED);
    if (after !== before) {
      this.#journal.amend(record, after, errno);
      this.outcomes.add(before, -1);
      this.outcomes.add(after);
    }
  }
}
