/**
 * What a series of values becomes in a row of the table. Of p99s, one for each round, the one in the middle counts: a round in
 * which something else was slow decides nothing.
 */
export type Statistic = 'median' | 'p99' | 'sum' | 'smallest' | 'largest';

/** One row of the comparison. */
export interface Figure {
  /** Unique: `first.latency.p99`. */
  readonly id: string;
  /** Which of the samples it is made of: `first.latency`. */
  readonly series: string;
  readonly statistic: Statistic;
  /** The heading under which the row stands: `First and second packet`. */
  readonly group: string;
  /** At most 30 characters: `first packet, p99`. */
  readonly title: string;
  /** As it is shown behind the number: `us`, `ms`, `MiB`, `%`; empty for counts. */
  readonly unit: string;
  readonly better: 'less' | 'more';
  /** Whether it depends on the share of nodes that is talked to, beside their number. */
  readonly byActive: boolean;
  /** Values below this, in its unit, are as much whatever else happens as the contestant's: to one there is no ratio. */
  readonly resolution?: number;
  /** A round with fewer values tells nothing of it. */
  readonly fewest?: number;
  /** What it means and how it was measured, in one sentence. */
  readonly sentence: string;
}
