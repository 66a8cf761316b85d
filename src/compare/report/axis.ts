import { plainText } from './numbers.ts';

/** Where values stand on an axis of a chart, in units of its own. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly Tick[];
  at(value: number): number;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Values that are further apart than this are shown by orders of magnitude. */
const DECADES_FROM = 25;
/** Lines that a reader still counts. */
const MOST_TICKS = 6;
/** Around the measured places, as a part of what lies between them. */
const MARGIN = 0.06;

/** An axis for what was measured: linear from 0 on, or by orders of magnitude, with a place of its own for 0. */
export function valueAxis(values: readonly number[]): Axis {
  const positive = values.filter((value) => value > 0);
  const spread = Math.max(...positive) / Math.min(...positive);
  return spread > DECADES_FROM && values.every((value) => value >= 0)
    ? decadeAxis(positive, values.includes(0))
    : linearAxis(values);
}

/** An axis with a tick for each of the places at which something was measured, by orders of magnitude. */
export function placeAxis(places: readonly number[], label: (place: number) => string): Axis {
  const ticks = places.map((place) => ({ at: Math.log10(place), label: label(place) }));
  const all = ticks.map(({ at }) => at);
  const [first, last] = [Math.min(...all), Math.max(...all)];
  const margin = (last - first || 1) * MARGIN;
  return { min: first - margin, max: last + margin, ticks, at: Math.log10 };
}

function decadeAxis(positive: readonly number[], zero: boolean): Axis {
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.ceil(Math.log10(Math.max(...positive)));
  const step = Math.ceil((high - low) / MOST_TICKS);
  const decades = range(low, high, step).map((at) => ({ at, label: plainText(10 ** at) }));
  const bottom = low - step;
  return {
    min: zero ? bottom : low,
    max: Math.max(high, decades.at(-1)?.at ?? high),
    ticks: zero ? [{ at: bottom, label: '0' }, ...decades] : decades,
    at: (value) => (value === 0 ? bottom : Math.log10(value)),
  };
}

function linearAxis(values: readonly number[]): Axis {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const step = niceStep((high - low || MOST_TICKS - 1) / (MOST_TICKS - 1));
  const [first, last] = [Math.floor(low / step), Math.max(Math.ceil(high / step), 1)];
  const ticks = range(first, last, 1).map((count) => ({
    at: count * step,
    label: plainText(count * step),
  }));
  return { min: first * step, max: last * step, ticks, at: (value) => value };
}

/** The next of 1, 2, 5, 10, 20 and so on. */
function niceStep(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * decade >= least) ?? 10) * decade;
}

/** Ends at or behind the last. */
function range(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.ceil((last - first) / step) + 1 }, (_, index) => first + index * step);
}
