import { BenchFault } from './bench-fault.ts';

/**
 * The smallest sample that at least the given part of all samples does not exceed (nearest rank).
 *
 * @param part above 0, at most 1
 * @throws BenchFault without samples
 */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = Float64Array.from(samples).sort();
  const found = sorted[Math.max(Math.ceil(part * sorted.length) - 1, 0)];
  if (found === undefined) {
    throw new BenchFault('samples', 'none', 'at least one');
  }
  return found;
}

/**
 * The middle sample; of an even number of them the mean of the two in the middle.
 *
 * @throws BenchFault without samples
 */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) {
    throw new BenchFault('samples', 'none', 'at least one');
  }
  return (lower + upper) / 2;
}

/** What is kept of thousands of samples. */
export interface Summary {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Without samples all figures are 0. */
export function summarise(samples: readonly number[]): Summary {
  const at = (part: number) => (samples.length === 0 ? 0 : quantile(samples, part));
  return { count: samples.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/**
 * The order in which sides take their turns: forwards in one round and backwards in the next (A B, B A, A B), so that
 * a machine that grows slower or faster meanwhile favours none.
 */
export function alternate<Side>(sides: readonly Side[], rounds: number): Side[] {
  return Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? sides : sides.toReversed())).flat();
}
