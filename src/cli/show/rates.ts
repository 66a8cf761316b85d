import type { History, Interval } from '../../status/history.ts';

/** What is counted and shown with a rate, in the order in which it is shown, and what it is called. */
export const COUNTED = [
  ['answered', 'answered'],
  ['refreshed', 'refreshed'],
  ['alreadyAnswered', 'already answered'],
  ['noLease', 'no lease'],
  ['ownSubnet', 'own subnet'],
  ['held', 'held'],
  ['recovered', 'recovered'],
  ['notTaken', 'refused'],
  ['l2', 'L2 frames'],
  ['overruns', 'overruns'],
] as const;

export type Counted = (typeof COUNTED)[number][0];

/** Events per second. */
export interface Rate {
  /** In the last whole second. */
  readonly now: number;
  /** On average over the last minute. */
  readonly minute: number;
}

/** The last second of a history is not over yet, and counts for nothing here. */
export function rateOf({ seconds }: History, name: Counted): Rate {
  const whole = seconds.slice(0, -1);
  const total = whole.reduce((sum, interval) => sum + interval[name], 0);
  return { now: whole.at(-1)?.[name] ?? 0, minute: whole.length === 0 ? 0 : total / whole.length };
}

/** All misses of an interval, L2 ones too. */
export function missesIn(interval: Interval): number {
  return COUNTED.reduce((sum, [name]) => (name === 'overruns' ? sum : sum + interval[name]), 0);
}
