import type { Line } from '../show/screen.ts';
import { countWithin, fit, perSecond } from '../show/text.ts';
import { type Ranked, rank } from './ranking.ts';
import { TABLES, type TableName, type TopState } from './top-state.ts';

/** Two tables stand beside each other from so many columns on; below that there is the one that the keys move. */
const BOTH = 76;
const MISSES = 10;
const RATE = 8;

/** The tables in so many columns and rows, the title's row included. */
export function tables(state: TopState, columns: number, rows: number): Line[] {
  const names = columns >= BOTH ? TABLES : [state.table];
  const width = Math.floor((columns - 2 * (names.length - 1)) / names.length);
  const parts = names.map((name) => column(state, name, width, rows));
  return Array.from({ length: rows }, (_, row) => ({
    text: parts
      .map((lines) => (lines[row] ?? '').padEnd(width))
      .join('  ')
      .trimEnd(),
    look: row === 0 ? 'title' : 'plain',
  }));
}

function column(state: TopState, table: TableName, width: number, rows: number): string[] {
  const isMoved = table === state.table;
  const skipped = isMoved ? state.scroll : 0;
  const ranked = rank(state, table).slice(skipped, skipped + rows - 1);
  const sorted = (by: TopState['sortBy']) => (state.sortBy === by ? `*${by}` : by);
  const title = `${isMoved ? '>' : ' '}${titleOf(state, table)}`;
  const texts = ranked.map(({ name, misses, rate }: Ranked) =>
    cells(` ${name}`, countWithin(misses, MISSES - 1), rate === undefined ? '-' : perSecond(rate), width),
  );
  const nothing = state.filter === '' ? ' none yet' : ' none that the filter lets pass';
  return [
    cells(title, sorted('misses'), `${sorted('rate')}/s`, width),
    ...(texts.length === 0 ? [fit(nothing, width)] : texts),
  ];
}

function cells(name: string, misses: string, rate: string, width: number): string {
  const room = width - MISSES - RATE;
  return `${fit(name, room).padEnd(room)}${misses.padStart(MISSES)}${rate.padStart(RATE)}`;
}

/** Subnets are counted exactly, destinations within an error. */
function titleOf({ looks }: TopState, table: TableName): string {
  const top = looks.at(-1)?.top;
  if (table === 'subnets') {
    return `subnets (${top?.subnetCount ?? 0})`;
  }
  const error = top?.destinationError ?? 0;
  return error === 0 ? 'destinations' : `destinations +${countWithin(error, 6)}`;
}
