import type { Clock } from '../base/clock.ts';
import type { Counters } from '../misses/counters.ts';
import { HeavyHitters } from '../misses/recording/heavy-hitters.ts';
import { type Glance, JournalReader, type MissRecord } from '../misses/recording/journal-reader.ts';
import type { Distribution } from '../misses/recording/latency-histogram.ts';
import { OutcomeCounts } from '../misses/recording/outcome-counts.ts';
import { totalsOf } from '../misses/recording/outcome-totals.ts';
import type { RecordingMemory } from '../misses/recording/recording-memory.ts';
import { formatIpv4, type Ipv4 } from '../net/ipv4.ts';
import { formatPrefix } from '../net/prefix.ts';
import { Followers, type Listener } from './followers.ts';
import type { History, Reading, Totals } from './history.ts';
import { describeMiss, type Miss } from './miss.ts';
import type { MissFilter } from './miss-filter.ts';
import { Past } from './past.ts';
import { type BySubnet, RecentCounts } from './recent-counts.ts';
import type { Span } from './span.ts';
import type { Top } from './top.ts';

/** When the wall clock is this far from where it was, in milliseconds, somebody set it. */
const CLOCK_SET_MS = 50;

/** After so many seconds without a miss the observer sleeps until there is one: an idle daemon has nothing to do. */
const QUIET_SECONDS_BEFORE_SLEEP = 15;

/** As many records are told to followers at once; in a flood the rest is skipped. */
const TOLD_AT_ONCE = 1000;

/** So many destinations are counted at least. */
const DESTINATIONS_KEPT = 1000;

export interface ObserverParts {
  readonly recording: RecordingMemory;
  readonly counters: Counters;
  /** How many of the latest misses are told. */
  readonly kept: number;
  readonly clock: Clock;
}

/**
 * Main's eyes on the resolver's recording: what is asked often is prepared here, so that nobody's question costs the
 * resolver anything.
 */
export class Observer {
  readonly outcomes: OutcomeCounts;
  readonly #parts: ObserverParts;
  readonly #journal: JournalReader;
  readonly #recent: RecentCounts;
  readonly #destinations = new HeavyHitters(DESTINATIONS_KEPT);
  readonly #past: Past;
  readonly #followers = new Followers(() => this.tellFollowers());
  readonly #asleep: Int32Array;
  #seen: number;
  /** Up to which record followers were told, and up to which there were some when they were told. */
  #told = 0;
  #settled = 0;
  #unseen = 0;
  #clockOrigin = Number.NEGATIVE_INFINITY;
  #quietSeconds = 0;
  #seenBefore = 0;

  constructor(parts: ObserverParts) {
    const { recording } = parts;
    this.#parts = parts;
    this.outcomes = new OutcomeCounts(recording.outcomes);
    this.#journal = new JournalReader(recording.journal);
    this.#recent = new RecentCounts(recording, parts.clock);
    this.#asleep = new Int32Array(recording.asleep);
    this.#asleep[0] = 1;
    this.#seen = this.#journal.head;
    this.#past = new Past({
      clock: parts.clock,
      clockOrigin: () => this.clockOrigin,
      start: this.totals(),
      read: () => this.#read(),
      onSecond: () => this.#rest(),
    });
  }

  /** There are misses again: looks at them once a second from now on. The fastest flood fills the ring in more than that. */
  wake(): void {
    this.#quietSeconds = 0;
    this.#past.run();
  }

  stop(): void {
    this.#past.stop();
    this.#followers.stop();
  }

  /** The latest misses that pass the filter, oldest first, at most `limit` of them. */
  misses(filter: MissFilter, limit: number): Miss[] {
    const origin = this.clockOrigin;
    const glance: Glance = { outcome: undefined, destination: undefined, readAt: 0 };
    return this.#search(limit, (number) => {
      this.#journal.glance(number, glance);
      const record = filter.passes(glance, origin) ? this.#journal.read(number) : undefined;
      return record !== undefined && filter.passes(record, origin) ? record : undefined;
    });
  }

  /** The latest misses of one address, oldest first, at most `limit` of them. Looks at addresses alone, so that it is quick. */
  missesOf(destination: Ipv4, limit: number): Miss[] {
    return this.#search(limit, (number) => {
      const isOfIt = this.#journal.destinationOf(number) === destination;
      const record = isOfIt ? this.#journal.read(number) : undefined;
      return record?.destination === destination ? record : undefined;
    });
  }

  /** Calls the listener with new records, until the returned function is called. */
  follow(listener: Listener): () => void {
    if (!this.#followers.areThere) {
      this.#told = this.#journal.head;
      this.#settled = this.#told;
    }
    return this.#followers.add(listener);
  }

  /**
   * Tells of the records that were there the last time already: one that was just written may still turn out to be refused,
   * because the kernel's notice comes behind it.
   */
  tellFollowers(): void {
    const end = this.#settled;
    this.#settled = this.#journal.head;
    const fresh = (end - this.#told) >>> 0;
    const count = Math.min(fresh, TOLD_AT_ONCE);
    const records = Array.from({ length: count }, (_, index) =>
      this.#journal.read((end - count + index) >>> 0),
    ).filter((record) => record !== undefined);
    this.#told = end;
    if (fresh > 0) {
      this.#followers.tell({ records, skipped: fresh - count });
    }
  }

  /** @param span since the start unless told */
  latencies(span?: Span): Distribution {
    return this.#recent.latencies(span);
  }

  history(): History {
    return this.#past.history();
  }

  /** @param limit of either list @param span of the subnets: since the start unless told, as destinations always are */
  top(limit: number, span?: Span): Top {
    this.look();
    const { subnets: all, others } = this.subnetMisses(span);
    const subnets = all.toSorted((one, other) => other.misses - one.misses);
    return {
      destinations: this.#destinations
        .most(limit)
        .map(({ value, count }) => ({ destination: formatIpv4(value >>> 0), misses: count })),
      destinationError: this.#destinations.error + this.#unseen,
      subnets: subnets
        .slice(0, limit)
        .map(({ subnet, misses }) => ({ subnet: formatPrefix(subnet), misses })),
      subnetCount: subnets.length,
      otherSubnets: others,
    };
  }

  /** Every subnet that had a miss, each at the same place every time. @param span since the start unless told */
  subnetMisses(span?: Span): BySubnet {
    return this.#recent.subnets(span);
  }

  /** What has been counted since the start. */
  totals(): Totals {
    return {
      ...totalsOf(this.outcomes),
      l2: this.outcomes.inAllL2,
      overruns: this.#parts.counters.get('overruns'),
    };
  }

  /** Wall clock at which the agent's monotonic clock was 0. */
  get clockOrigin(): number {
    const origin = this.#parts.clock.wall() - this.#parts.clock.monotonic();
    // The two clocks are read one after the other: a record is to have the same time in each answer.
    if (Math.abs(origin - this.#clockOrigin) > CLOCK_SET_MS) {
      this.#clockOrigin = origin;
    }
    return this.#clockOrigin;
  }

  /** The latest records that are wanted, oldest first. */
  #search(limit: number, take: (number: number) => MissRecord | undefined): Miss[] {
    const { head } = this.#journal;
    const found: Miss[] = [];
    const origin = this.clockOrigin;
    const first = this.#journal.oldestFrom(Math.max(0, head - this.#parts.kept));
    for (let number = head; number !== first && found.length < limit; ) {
      number = (number - 1) >>> 0;
      const record = take(number);
      if (record !== undefined) {
        found.push(describeMiss(record, origin));
      }
    }
    return found.reverse();
  }

  /** Takes over what is new. */
  look(): void {
    const { head } = this.#journal;
    const first = this.#journal.oldestFrom(this.#seen);
    this.#unseen += (first - this.#seen) >>> 0;
    for (let number = first; number !== head; number = (number + 1) >>> 0) {
      const destination = this.#journal.destinationOf(number);
      if (destination !== 0) {
        this.#destinations.note(destination);
      }
    }
    this.#seen = head;
  }

  #rest(): void {
    this.#quietSeconds = this.#seen === this.#seenBefore ? this.#quietSeconds + 1 : 0;
    this.#seenBefore = this.#seen;
    if (this.#quietSeconds >= QUIET_SECONDS_BEFORE_SLEEP) {
      this.#past.stop();
      Atomics.store(this.#asleep, 0, 1);
      // What was recorded since the look found nobody asleep.
      if (this.#journal.head !== this.#seen) {
        Atomics.store(this.#asleep, 0, 0);
        this.wake();
      }
    }
  }

  #read(): Omit<Reading, 'at'> {
    this.look();
    this.#recent.note();
    return { totals: this.totals(), latencies: this.latencies() };
  }
}
