import { missingConditions } from '../../status/stats.ts';
import type { Size } from '../show/display.ts';
import type { Line } from '../show/screen.ts';
import { duration, fit, WIDTH } from '../show/text.ts';
import { fewFigures, figures } from './figures.ts';
import { tables } from './tables.ts';
import { firstState, type TopLook, type TopState } from './top-state.ts';

/** Below so many rows or columns there are three lines of figures instead of twelve. */
const ROWS_FOR_ALL = 20;
const COLUMNS_FOR_ALL = 60;

/** Of the tables where there is no window, with the title. */
const PLAIN_ROWS = 11;

/** The first five lines are enough to go on. */
const HELP = [
  'q end, p pause or go on, h this help',
  's sort by misses or by rate',
  '/ filter by a part of the address',
  'Tab other table, Esc no filter',
  'arrows, page up and down: move',
  '',
  'now: the last whole second. minute: its average. rate: over five seconds.',
  'latency: from the return of the read to the return of the write.',
  'A count of destinations may be too few by the number behind the +.',
  "not ours: of these, the kernel's limit is for those that are not PERMANENT.",
];

/** What a window of this size shows: as many lines as it has rows, none longer than it has columns. */
export function frame(state: TopState, size: Size, isUnicode: boolean): Line[] {
  const { columns, rows } = size;
  const look = latest(state);
  const isLarge = rows >= ROWS_FOR_ALL && columns >= COLUMNS_FOR_ALL;
  const upper: Line[] = [
    { text: headline(look, columns), look: 'title' },
    ...notices(state),
    ...(isLarge ? figures(look, columns, isUnicode) : fewFigures(look)),
  ];
  const room = Math.max(0, rows - upper.length - 1);
  const lower = state.isHelping
    ? HELP.map((text): Line => ({ text, look: 'plain' }))
    : tables(state, columns, room);
  const body = [...upper, ...lower].slice(0, rows - 1);
  const gap = Array.from(
    { length: Math.max(0, rows - 1 - body.length) },
    (): Line => ({ text: '', look: 'plain' }),
  );
  return [...body, ...gap, { text: footer(state, columns), look: 'quiet' as const }].map((line) => ({
    ...line,
    text: fit(line.text, columns),
  }));
}

/** One picture as text of 80 columns, for where there is no window. Rates by address take a second look, and are left out. */
export function plainFrame(look: TopLook): string {
  const lines = [
    headline(look, WIDTH),
    ...notices(firstState(look)).map(({ text }) => text),
    ...figures(look, WIDTH, false).map(({ text }) => text),
    '',
    ...tables(firstState(look), WIDTH, PLAIN_ROWS).map(({ text }) => text),
  ];
  return `${lines
    .map((line) => fit(line, WIDTH).trimEnd())
    .join('\n')
    .trimEnd()}\n`;
}

function latest({ looks }: TopState): TopLook {
  return looks.at(-1) ?? looks[0];
}

/** Who is asked, and when: the daemon's clock, at the begin of its last second. */
function headline({ stats, history }: TopLook, columns: number): string {
  const lease = stats.lease === null ? 'no lease yet' : `${stats.lease.subnet} of ${stats.lease.publicIp}`;
  const who = `l3missd ${stats.version}  ${lease}  ${stats.programming}  up ${duration(stats.uptimeSeconds)}`;
  const time = `${history.seconds.at(-1)?.at.slice(11, 19) ?? '--:--:--'}Z`;
  const room = columns - time.length - 2;
  return room < 20 ? who : `${fit(who, room).padEnd(room)}  ${time}`;
}

/** What must not be overlooked. */
function notices(state: TopState): Line[] {
  const { ready, conditions } = latest(state).stats;
  const texts = [
    ...(state.away === undefined ? [] : [`AWAY ${state.away}`]),
    ...(ready ? [] : [`NOT READY ${missingConditions(conditions).join(', ')}`]),
  ];
  return texts.map((text) => ({ text, look: 'alarm' }));
}

function footer({ isPaused, isWriting, filter }: TopState, columns: number): string {
  if (isWriting) {
    return `filter: ${filter}_   Enter keeps it, Esc takes it away`;
  }
  return [
    ...(isPaused ? ['PAUSED'] : []),
    ...(filter === '' ? [] : [`filter: ${filter}`]),
    ...(columns < COLUMNS_FOR_ALL
      ? ['q end', 'h help']
      : ['q end', 'p pause', 's sort', '/ filter', 'Tab table', 'h help']),
  ].join('  ');
}
