import type { Figure } from '../figure.ts';
import type { Cell, Row } from './summary.ts';

/** What two runs of the same thing may differ by. */
export const NOISE = 1.2;

/** What the cells of a row say about who is better. */
export type Outcome =
  /** There are not two to compare. */
  | { readonly kind: 'alone' }
  /** None differs from the best by more than NOISE. */
  | { readonly kind: 'level' }
  /** They differ by more, but not in every round. */
  | { readonly kind: 'unclear' }
  | Ahead;

/** Each of the leaders is clearly better than each of those behind; who stands in neither is not told apart. */
export interface Ahead {
  readonly kind: 'ahead';
  /** The best first. */
  readonly leaders: readonly Cell[];
  /** The worst last. */
  readonly behind: readonly Cell[];
}

export function outcomeOf({ figure, cells }: Row): Outcome {
  const ranked = cells.toSorted((one, other) =>
    figure.better === 'less' ? one.value - other.value : other.value - one.value,
  );
  const [best, ...others] = ranked;
  if (best === undefined || others.length === 0) {
    return { kind: 'alone' };
  }
  const behind = others.filter((other) => clearlyBetter(figure, best, other));
  if (behind.length > 0) {
    const leaders = ranked.filter((cell) => behind.every((other) => clearlyBetter(figure, cell, other)));
    return { kind: 'ahead', leaders, behind };
  }
  return { kind: others.every((other) => gapOf(best, other, figure) <= NOISE) ? 'level' : 'unclear' };
}

type Told = Pick<Figure, 'better' | 'resolution'>;

/**
 * By more than NOISE, also in most rounds by themselves, and so that its range lies on the better side of the other's: as a
 * rule every round agrees.
 */
export function clearlyBetter(figure: Told, one: Cell, other: Cell): boolean {
  const [low, high] = figure.better === 'less' ? [one, other] : [other, one];
  return (
    low.value < high.value &&
    gapOf(low, high, figure) > NOISE &&
    low.range.most < high.range.least &&
    isLessInMost(low.rounds, high.rounds, figure)
  );
}

/** A smallest value may be of a round in which the machine was faster than ever for the other. */
function isLessInMost(low: readonly number[], high: readonly number[], figure: Told): boolean {
  const rounds = Math.min(low.length, high.length);
  const less = low.slice(0, rounds).filter((value, round) => {
    const other = high[round] ?? Number.NaN;
    return value < other && gapOf({ value }, { value: other }, figure) > NOISE;
  });
  return less.length * 2 > rounds;
}

/**
 * How many times the smaller the larger is; infinite where that is no number, as for 0 and 5. What is less than the figure can
 * tell counts as that much.
 */
export function gapOf(
  one: Pick<Cell, 'value'>,
  other: Pick<Cell, 'value'>,
  { resolution = 0 }: Pick<Figure, 'resolution'>,
): number {
  if (one.value === other.value) {
    return 1;
  }
  const low = Math.max(Math.min(one.value, other.value), resolution);
  const high = Math.max(one.value, other.value, resolution);
  return low > 0 ? high / low : Number.POSITIVE_INFINITY;
}

/** The same of what is nearest to each other in two ranges that do not overlap. */
export function leastGapOf(one: Cell, other: Cell): number {
  const [low, high] = one.value < other.value ? [one, other] : [other, one];
  return high.range.least / low.range.most;
}
