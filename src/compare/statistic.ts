import type { Statistic } from './figure.ts';

/** What the values of a round, or of all, come to; undefined without values. The p99 is the nearest rank: a value that was measured. */
export function statisticOf(statistic: Statistic, values: readonly number[]): number | undefined {
  if (values.length === 0) {
    return undefined;
  }
  switch (statistic) {
    case 'median':
      return median(values);
    case 'p99':
      return ascending(values)[Math.ceil(0.99 * values.length) - 1];
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'smallest':
      return values.reduce((smallest, value) => Math.min(smallest, value));
    case 'largest':
      return values.reduce((largest, value) => Math.max(largest, value));
  }
}

/** Of an even number of values the mean of the two in the middle. */
function median(values: readonly number[]): number | undefined {
  const sorted = ascending(values);
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const upper = sorted[Math.floor(sorted.length / 2)];
  return lower === undefined || upper === undefined ? undefined : (lower + upper) / 2;
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}
