import type { Latency } from '../status/latency.ts';

/** The first bucket ends at 2^10 ns, each further one at the double. */
const FIRST_POWER = 10;

/** Bars between powers of two: the bar of bucket i stands between i - 1 and i on the axis. */
export interface Bars {
  /** Middles of the bars. */
  readonly places: readonly number[];
  /** Percent of all. */
  readonly shares: readonly number[];
}

/** The buckets that hold something, with an empty one at either end; six at least, so that bars are no walls. */
export function barsOf({ buckets, count }: Pick<Latency, 'buckets' | 'count'>): Bars {
  const isUsed = (bucket: { readonly count: number }) => bucket.count > 0;
  const lowest = Math.max(0, buckets.findIndex(isUsed));
  const highest = Math.max(lowest, buckets.findLastIndex(isUsed));
  const begin = Math.max(0, Math.min(lowest - 1, buckets.length - 6));
  const end = Math.min(buckets.length, Math.max(highest + 2, begin + 6));
  const places = Array.from({ length: end - begin }, (_, index) => begin + index - 0.5);
  return {
    places,
    shares: buckets.slice(begin, end).map((bucket) => (count === 0 ? 0 : (bucket.count / count) * 100)),
  };
}

/** Where a latency lies on the axis of the bars. @param microseconds above 0 */
export function placeOf(microseconds: number): number {
  return Math.log2(microseconds * 1000) - FIRST_POWER;
}

/** The latency at a place of the axis, in microseconds. */
export function latencyAt(place: number): number {
  return 2 ** (place + FIRST_POWER) / 1000;
}
