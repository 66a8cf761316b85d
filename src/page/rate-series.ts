import type { Interval } from '../status/history.ts';

/** What is counted by interval and is a miss. */
export type RateKey = Exclude<keyof Interval, 'at' | 'latencyP50' | 'latencyP99' | 'overruns'>;

/** How one way for a miss to end is drawn: colour and dashes, so that either tells it. */
export interface RateSeries {
  readonly key: RateKey;
  readonly label: string;
  /** A custom property of page.css, without its dashes. */
  readonly colour: string;
  /** Lengths of dash and gap in CSS pixels; empty for an unbroken line. */
  readonly dash: readonly number[];
}

export const RATE_SERIES: readonly RateSeries[] = [
  { key: 'answered', label: 'answered', colour: 'answered', dash: [] },
  { key: 'refreshed', label: 'refreshed', colour: 'refreshed', dash: [6, 3] },
  { key: 'alreadyAnswered', label: 'already answered', colour: 'already-answered', dash: [2, 3] },
  { key: 'noLease', label: 'no lease', colour: 'no-lease', dash: [10, 3] },
  { key: 'ownSubnet', label: 'own subnet', colour: 'own-subnet', dash: [10, 3, 2, 3] },
  { key: 'held', label: 'held', colour: 'held', dash: [4, 4] },
  { key: 'recovered', label: 'recovered', colour: 'recovered', dash: [6, 2, 2, 2] },
  { key: 'notTaken', label: 'refused by the kernel', colour: 'refused', dash: [3, 2] },
  { key: 'l2', label: 'L2', colour: 'l2', dash: [1, 3] },
];
