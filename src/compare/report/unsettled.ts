/** By as much a ratio may be off, as a logarithm (10 %), before it counts as unsettled. */
const MOST = 0.1;

/** A value, or a ratio, is confirmed by another one that comes so close to it. */
const CLOSE = 1.1;

/** Student's t: 95 % of what is normally distributed lies within so many standard errors, by the number of rounds less one. */
const STUDENT = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23];
const OF_MORE = 2.2;

/** Two contestants, round by round, and the ratio that is told of them. */
export interface Compared {
  readonly one: readonly number[];
  readonly other: readonly number[];
  readonly ratio: number;
}

/**
 * Whether the ratios of the rounds are so far apart that their mean may be more than 10 % off the one that is told (95 %
 * confidence). What has one round only, or is 0 in one, tells nothing of that, and settles it.
 */
export function isUnsettled(compared: Compared): boolean {
  const logs = ratiosByRound(compared).map(Math.log);
  const rounds = logs.length;
  if (rounds < 2 || !logs.every(Number.isFinite)) {
    return false;
  }
  const mean = logs.reduce((sum, log) => sum + log, 0) / rounds;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (rounds - 1);
  const interval = (STUDENT[rounds - 2] ?? OF_MORE) * Math.sqrt(variance / rounds);
  return interval + Math.abs(mean - Math.log(compared.ratio)) > MOST;
}

/**
 * Whether no second round comes within 10 % of the smallest value, or of the largest: what disturbed the others may have
 * disturbed this one too. One round only tells nothing of that.
 */
export function isUnconfirmed(rounds: readonly number[], statistic: 'smallest' | 'largest'): boolean {
  const sorted = Float64Array.from(rounds).sort();
  const [first, second] = statistic === 'smallest' ? sorted : sorted.reverse();
  return first !== undefined && second !== undefined && !areClose(first, second);
}

/**
 * Whether only half of the rounds or less come within 10 % of the ratio by themselves: the smallest values, or the largest, of
 * two contestants may be of rounds in which the machine was not equally fast.
 */
export function isContradicted(compared: Compared): boolean {
  const ratios = ratiosByRound(compared);
  return ratios.filter((ratio) => areClose(ratio, compared.ratio)).length * 2 <= ratios.length;
}

/** Of the rounds that both have. */
export function ratiosByRound({ one, other }: Omit<Compared, 'ratio'>): number[] {
  const rounds = Math.min(one.length, other.length);
  return one.slice(0, rounds).map((value, round) => value / (other[round] ?? Number.NaN));
}

function areClose(one: number, other: number): boolean {
  return one === other || Math.max(one / other, other / one) <= CLOSE;
}
