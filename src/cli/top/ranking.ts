import type { TableName, TopLook, TopState } from './top-state.ts';

/** Of either table so many rows are asked for: those with most misses since the daemon's start. */
export const ROWS_ASKED = 1000;

/** A subnet or destination. */
export interface Ranked {
  readonly name: string;
  /** Since the daemon's start. */
  readonly misses: number;
  /** Per second, over the looks at hand; undefined where the first of them did not show it. */
  readonly rate: number | undefined;
}

/** The rows of a table as they are to be shown: those that the filter lets pass, first what there is most of. */
export function rank({ looks, filter, sortBy }: TopState, table: TableName): Ranked[] {
  const [first] = looks;
  const last = looks.at(-1) ?? first;
  const seconds = (last.at - first.at) / 1000;
  const before = new Map(rowsOf(first, table));
  // What a whole list does not have had no miss.
  const absent = before.size < ROWS_ASKED ? 0 : undefined;
  return rowsOf(last, table)
    .filter(([name]) => name.includes(filter))
    .map(([name, misses]) => {
      const base = before.get(name) ?? absent;
      const rate = base === undefined || seconds <= 0 ? undefined : Math.max(0, misses - base) / seconds;
      return { name, misses, rate };
    })
    .sort(
      (one, other) => (sortBy === 'rate' ? (other.rate ?? -1) - (one.rate ?? -1) : 0) || byMisses(one, other),
    );
}

function byMisses(one: Ranked, other: Ranked): number {
  return other.misses - one.misses || one.name.localeCompare(other.name);
}

function rowsOf({ top }: TopLook, table: TableName): [name: string, misses: number][] {
  return table === 'subnets'
    ? top.subnets.map(({ subnet, misses }) => [subnet, misses])
    : top.destinations.map(({ destination, misses }) => [destination, misses]);
}
