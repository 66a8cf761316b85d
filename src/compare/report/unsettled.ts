/** By as much a ratio may be off, as a logarithm (10 %), before it counts as unsettled. */
const MOST = 0.1;

/** A smallest or largest value is confirmed by another round that comes so close to it. */
const CLOSE = 1.1;

/** Student's t: 95 % of what is normally distributed lies within so many standard errors, by the number of rounds less one. */
const STUDENT = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23];
const OF_MORE = 2.2;

/**
 * Whether the ratios of two contestants, round by round, are so far apart that their mean is not known within 10 %
 * (95 % confidence). What has one round only, or is 0 in one, tells nothing of that, and settles it.
 */
export function isUnsettled(one: readonly number[], other: readonly number[]): boolean {
  const rounds = Math.min(one.length, other.length);
  const logs = Array.from({ length: rounds }, (_, round) =>
    Math.log((one[round] ?? 0) / (other[round] ?? 0)),
  );
  if (rounds < 2 || !logs.every(Number.isFinite)) {
    return false;
  }
  const mean = logs.reduce((sum, log) => sum + log, 0) / rounds;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (rounds - 1);
  return (STUDENT[rounds - 2] ?? OF_MORE) * Math.sqrt(variance / rounds) > MOST;
}

/**
 * Whether no second round comes within 10 % of the smallest value, or of the largest: what disturbed the others may have
 * disturbed this one too. One round only tells nothing of that.
 */
export function isUnconfirmed(rounds: readonly number[], statistic: 'smallest' | 'largest'): boolean {
  const sorted = Float64Array.from(rounds).sort();
  const [first, second] = statistic === 'smallest' ? sorted : sorted.reverse();
  return first !== undefined && second !== undefined && Math.max(first / second, second / first) > CLOSE;
}
