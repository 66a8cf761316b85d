import type { Clock } from '../base/clock.ts';
import {
  type Distribution,
  difference,
  LatencyHistogram,
  noLatencies,
} from '../misses/recording/latency-histogram.ts';
import type { RecordingMemory } from '../misses/recording/recording-memory.ts';
import { SubnetCounts, type SubnetMisses } from '../misses/recording/subnet-counts.ts';
import { Baselines } from './baselines.ts';
import type { Span } from './span.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Milliseconds between two moments that are kept: 46 in all, each of 13 KiB and 8 bytes for each subnet that had a miss. */
const WIDTHS = { minute: 5000, hour: 120_000 } as const;

interface Counted {
  readonly latencies: Distribution;
  /** See `SubnetCounts.counts`. */
  readonly subnets: Float64Array;
}

/** Misses of each subnet; `others` are those of subnets that are not told apart. */
export interface BySubnet {
  readonly subnets: readonly SubnetMisses[];
  readonly others: number;
}

/** Latencies and misses by subnet: since the start, or in the last minute (up to 5 s more) or hour (up to 2 min more). */
export class RecentCounts {
  readonly #clock: Clock;
  readonly #latencies: LatencyHistogram;
  readonly #subnets: SubnetCounts;
  readonly #baselines: Readonly<Record<Span, Baselines<Counted>>>;
  #latest = noLatencies();

  constructor(recording: RecordingMemory, clock: Clock) {
    this.#clock = clock;
    this.#latencies = new LatencyHistogram(recording.latencies);
    this.#subnets = new SubnetCounts(recording.subnets);
    const start = this.#read();
    this.#baselines = {
      minute: new Baselines(WIDTHS.minute, MINUTE_MS, start),
      hour: new Baselines(WIDTHS.hour, HOUR_MS, start),
    };
  }

  /** To be called about once a second as long as there are misses. */
  note(): void {
    const [at, counted] = [this.#clock.monotonic(), this.#read()];
    this.#baselines.minute.note(at, counted);
    this.#baselines.hour.note(at, counted);
  }

  /** @param span since the start unless told */
  latencies(span?: Span): Distribution {
    if (this.#latest.count !== this.#latencies.count) {
      this.#latest = this.#latencies.read();
    }
    return span === undefined ? this.#latest : difference(this.#latest, this.#before(span).latencies);
  }

  /** Every subnet that had a miss, each at the same place every time. @param span since the start unless told */
  subnets(span?: Span): BySubnet {
    const before = span === undefined ? undefined : this.#before(span).subnets;
    return { subnets: this.#subnets.read(before), others: this.#subnets.others - (before?.[0] ?? 0) };
  }

  #before(span: Span): Counted {
    return this.#baselines[span].before(this.#clock.monotonic());
  }

  #read(): Counted {
    return { latencies: this.latencies(), subnets: this.#subnets.counts() };
  }
}
