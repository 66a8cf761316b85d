import { z } from 'zod';
import {
  type Distribution,
  difference,
  noLatencies,
  quantile,
} from '../misses/recording/latency-histogram.ts';

const count = z.int().nonnegative();

/**
 * What happened in one interval. How things stood is no part of it: that changes without a miss too, as when entries
 * expire, and nobody looks while nothing is asked.
 */
export const intervalSchema = z.object({
  /** When it began. */
  at: z.iso.datetime(),
  answered: count,
  refreshed: count,
  alreadyAnswered: count,
  noLease: count,
  ownSubnet: count,
  held: count,
  recovered: count,
  notTaken: count,
  l2: count,
  overruns: count,
  /** Of the misses that were answered in it, in microseconds; null when there were none. */
  latencyP50: z.number().nullable(),
  latencyP99: z.number().nullable(),
});

export const historySchema = z.object({
  /** The last minute by second, oldest first; the last one is not over yet. */
  seconds: z.array(intervalSchema),
  /** The last hour by ten seconds. */
  tenSeconds: z.array(intervalSchema),
});

export type Interval = z.infer<typeof intervalSchema>;
export type History = z.infer<typeof historySchema>;

/** What has been counted since the start. */
export type Totals = Omit<Interval, 'at' | 'latencyP50' | 'latencyP99'>;

/** What there is to know at one moment. */
export interface Reading {
  /** Milliseconds of a clock that never goes back. */
  readonly at: number;
  readonly totals: Totals;
  readonly latencies: Distribution;
}

/** The past in bounded memory: a minute by second, an hour by ten seconds. */
export class TimeSeries {
  readonly #seconds: Series;
  readonly #tenSeconds: Series;

  constructor(start: Totals) {
    this.#seconds = new Series(1000, 60, start);
    this.#tenSeconds = new Series(10_000, 360, start);
  }

  /** To be called about once a second as long as something happens. */
  note(reading: Reading): void {
    this.#seconds.note(reading);
    this.#tenSeconds.note(reading);
  }

  /** @param at as in a reading @param shift what the wall clock is ahead of that clock, in milliseconds */
  read(at: number, shift: number): History {
    return { seconds: this.#seconds.read(at, shift), tenSeconds: this.#tenSeconds.read(at, shift) };
  }
}

type Measured = Omit<Interval, 'at'>;

/** The latest intervals of one length. Those in which nothing was noted are nothing. */
class Series {
  readonly #width: number;
  readonly #kept: number;
  readonly #intervals = new Map<number, Measured>();
  /** The interval that is not over yet, and what had been counted before it. */
  #current = Number.NaN;
  #totalsBefore: Totals;
  #latenciesBefore = noLatencies();
  #totals: Totals;
  #latencies = this.#latenciesBefore;

  constructor(width: number, kept: number, start: Totals) {
    this.#width = width;
    this.#kept = kept;
    this.#totalsBefore = start;
    this.#totals = start;
  }

  note({ at, totals, latencies }: Reading): void {
    const index = Math.floor(at / this.#width);
    if (index !== this.#current) {
      this.#current = index;
      this.#totalsBefore = this.#totals;
      this.#latenciesBefore = this.#latencies;
    }
    this.#totals = totals;
    this.#latencies = latencies;
    this.#intervals.set(index, {
      ...increase(totals, this.#totalsBefore),
      ...tailOf(latencies, this.#latenciesBefore),
    });
    for (const old of this.#intervals.keys()) {
      if (this.#intervals.size > this.#kept) {
        this.#intervals.delete(old);
      }
    }
  }

  read(at: number, shift: number): Interval[] {
    const last = Math.floor(at / this.#width);
    return Array.from({ length: this.#kept }, (_, place) => {
      const index = last - this.#kept + 1 + place;
      const began = new Date(index * this.#width + shift).toISOString();
      return { at: began, ...(this.#intervals.get(index) ?? this.#nothing()) };
    });
  }

  #nothing(): Measured {
    return {
      ...increase(this.#totals, this.#totals),
      latencyP50: null,
      latencyP99: null,
    };
  }
}

function tailOf(now: Distribution, before: Distribution): Pick<Interval, 'latencyP50' | 'latencyP99'> {
  if (now.count === before.count) {
    return { latencyP50: null, latencyP99: null };
  }
  const between = difference(now, before);
  return {
    latencyP50: microseconds(quantile(between, 0.5)),
    latencyP99: microseconds(quantile(between, 0.99)),
  };
}

/** No less than 0: the kernel's late refusal takes one from what had been counted as answered. */
function increase(now: Totals, before: Totals): Totals {
  const of = (name: keyof Totals) => Math.max(0, now[name] - before[name]);
  return {
    answered: of('answered'),
    refreshed: of('refreshed'),
    alreadyAnswered: of('alreadyAnswered'),
    noLease: of('noLease'),
    ownSubnet: of('ownSubnet'),
    held: of('held'),
    recovered: of('recovered'),
    notTaken: of('notTaken'),
    l2: of('l2'),
    overruns: of('overruns'),
  };
}

function microseconds(nanoseconds: number | undefined): number | null {
  return nanoseconds === undefined ? null : Math.round(nanoseconds / 100) / 10;
}
