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
  return { kind: others.every((other) => gapOf(best, other) <= NOISE) ? 'level' : 'unclear' };
}

/** By more than NOISE, and so that the worst of its rounds beats the best of the other's. */
export function clearlyBetter({ better }: Pick<Figure, 'better'>, one: Cell, other: Cell): boolean {
  const [low, high] = better === 'less' ? [one, other] : [other, one];
  return (
    low.value < high.value && gapOf(low, high) > NOISE && Math.max(...low.rounds) < Math.min(...high.rounds)
  );
}

/** How many times the smaller the larger is; infinite where that is no number, as for 0 and 5. */
export function gapOf(one: Cell, other: Cell): number {
  if (one.value === other.value) {
    return 1;
  }
  const low = Math.min(one.value, other.value);
  return low > 0 ? Math.max(one.value, other.value) / low : Number.POSITIVE_INFINITY;
}
