import type { Interval } from '../status/history.ts';
import type { Span } from '../status/span.ts';
import { RATE_SERIES } from './rate-series.ts';

/** Seconds of an interval. */
export const WIDTHS: Readonly<Record<Span, number>> = { minute: 1, hour: 10 };

/** The past in columns, as a chart takes it. All arrays but `rates` and `sums` have an element for each interval. */
export interface Past {
  /** When the interval began, in seconds since 1970. */
  readonly times: readonly number[];
  /** Misses per second, for each of RATE_SERIES. */
  readonly rates: readonly (readonly number[])[];
  /** Misses in all of it, for each of RATE_SERIES. */
  readonly sums: readonly number[];
  readonly overruns: readonly number[];
  /** Microseconds; null where nothing was answered. */
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
}

/** @param intervals oldest first; the last one is not over, so its rate would seem to fall, and it is left out */
export function pastOf(intervals: readonly Interval[], span: Span): Past {
  const over = intervals.slice(0, -1);
  const counts = RATE_SERIES.map(({ key }) => over.map((interval) => interval[key]));
  return {
    times: over.map(({ at }) => Date.parse(at) / 1000),
    rates: counts.map((series) => series.map((count) => count / WIDTHS[span])),
    sums: counts.map((series) => series.reduce((sum, count) => sum + count, 0)),
    overruns: over.map(({ overruns }) => overruns),
    p50: over.map(({ latencyP50 }) => latencyP50),
    p99: over.map(({ latencyP99 }) => latencyP99),
  };
}

/** A series without the zeros between zeros: many lines on the axis would hide each other. */
export function withoutSilence(rates: readonly number[]): (number | null)[] {
  return rates.map((rate, index) => {
    const isSilent = [index - 1, index, index + 1].every((place) => (rates[place] ?? 0) === 0);
    return isSilent ? null : rate;
  });
}
