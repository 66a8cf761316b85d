import type { Figure } from '../figure.ts';
import { countText, shareText } from './numbers.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Row } from './summary.ts';

export type Place = Pick<Row, 'nodes' | 'active'>;

/** A figure at the largest scale at which it compares anybody: what the verdict speaks of. */
export interface Focus {
  readonly figure: Figure;
  /** All rows of the figure. */
  readonly rows: readonly Row[];
  readonly row: Row;
  readonly outcome: Outcome;
}

/** The headings of figures, each once, in their order. */
export function groupsOf(figures: readonly Figure[]): string[] {
  return [...new Set(figures.map(({ group }) => group))];
}

/** One for each figure that has rows, in their order. */
export function focusesOf(rows: readonly Row[], figures: readonly Figure[]): Focus[] {
  return figures.flatMap((figure) => {
    const own = rows.filter((row) => row.figure === figure);
    const row = largest(own);
    return row === undefined ? [] : [{ figure, rows: own, row, outcome: outcomeOf(row) }];
  });
}

/** The largest at which anything is compared. */
export function mainPlace(focuses: readonly Focus[]): Place {
  const places = focuses.filter(({ outcome }) => outcome.kind !== 'alone').map(({ row }) => row);
  const nodes = Math.max(0, ...places.map((place) => place.nodes));
  const shares = places.flatMap((place) => (place.nodes === nodes ? (place.active ?? []) : []));
  return { nodes, active: shares.length === 0 ? undefined : Math.max(...shares) };
}

/** `1,000 nodes, 10 % active`. */
export function placeText({ nodes, active }: Place): string {
  return [countText(nodes, 'node'), ...(active === undefined ? [] : [`${shareText(active)} active`])].join(
    ', ',
  );
}

/** Of those with most to compare the one with the most nodes, then with the largest share of them. */
function largest(rows: readonly Row[]): Row | undefined {
  const rank = ({ cells, nodes, active = 1 }: Row) => [Math.min(cells.length, 2), nodes, active];
  return rows.toSorted((one, other) => compare(rank(other), rank(one)))[0];
}

/** By the first number that differs. */
function compare(one: readonly number[], other: readonly number[]): number {
  return one.map((value, index) => value - (other[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
