import type { Top } from '../../status/top.ts';
import type { Report } from '../show/daemon-client.ts';
import type { Key } from '../show/keys.ts';

/** What one look at the daemon gives. */
export interface TopLook extends Report {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly top: Top;
}

export const TABLES = ['subnets', 'destinations'] as const;
export type TableName = (typeof TABLES)[number];

/** Everything that the picture depends on, beside the size of the window. */
export interface TopState {
  /** The latest looks, oldest first: rates are what was counted between them. */
  readonly looks: readonly [TopLook, ...TopLook[]];
  /** Why the daemon cannot be asked just now. */
  readonly away: string | undefined;
  readonly isPaused: boolean;
  readonly isHelping: boolean;
  readonly sortBy: 'misses' | 'rate';
  /** Only subnets and destinations with this in them are shown. */
  readonly filter: string;
  /** The filter is being written. */
  readonly isWriting: boolean;
  /** The table that the keys move. */
  readonly table: TableName;
  /** How many of its rows are above the window. */
  readonly scroll: number;
}

/** Rates are over as many seconds as there are looks, without one. */
const LOOKS_KEPT = 6;

const LONGEST_FILTER = 40;
const PAGE = 10;

export function firstState(look: TopLook): TopState {
  return {
    looks: [look],
    away: undefined,
    isPaused: false,
    isHelping: false,
    sortBy: 'misses',
    filter: '',
    isWriting: false,
    table: 'subnets',
    scroll: 0,
  };
}

/** The daemon answered. One that began anew counts from 0, so that rates over both would be none. */
export function seen(state: TopState, look: TopLook): TopState {
  const isSame = look.stats.startedAt === state.looks[0].stats.startedAt;
  const before = isSame ? state.looks.slice(1 - LOOKS_KEPT) : [];
  const [first = look, ...more] = [...before, look];
  return { ...state, looks: [first, ...more], away: undefined };
}

/** What a key changes. */
export function press(state: TopState, key: Key): TopState {
  if (state.isWriting) {
    return write(state, key);
  }
  switch (key.name) {
    case 'text':
      return command(state, key.text);
    case 'tab':
    case 'left':
    case 'right':
      return { ...state, table: state.table === 'subnets' ? 'destinations' : 'subnets', scroll: 0 };
    case 'up':
      return scrolled(state, -1);
    case 'down':
      return scrolled(state, 1);
    case 'page-up':
      return scrolled(state, -PAGE);
    case 'page-down':
      return scrolled(state, PAGE);
    case 'home':
      return { ...state, scroll: 0 };
    case 'escape':
      return { ...state, filter: '', isHelping: false, scroll: 0 };
    default:
      return state;
  }
}

function command(state: TopState, letter: string): TopState {
  switch (letter) {
    case 'p':
      return { ...state, isPaused: !state.isPaused };
    case 's':
      return { ...state, sortBy: state.sortBy === 'misses' ? 'rate' : 'misses', scroll: 0 };
    case '/':
      return { ...state, isWriting: true, isHelping: false };
    case 'h':
    case '?':
      return { ...state, isHelping: !state.isHelping };
    default:
      return state;
  }
}

function write(state: TopState, key: Key): TopState {
  switch (key.name) {
    case 'text':
      return { ...state, filter: (state.filter + key.text).slice(0, LONGEST_FILTER), scroll: 0 };
    case 'backspace':
      return { ...state, filter: state.filter.slice(0, -1), scroll: 0 };
    case 'enter':
      return { ...state, isWriting: false };
    case 'escape':
      return { ...state, isWriting: false, filter: '', scroll: 0 };
    default:
      return state;
  }
}

/** Not above the first row, nor beyond the last. */
function scrolled(state: TopState, rows: number): TopState {
  const most = (state.looks.at(-1)?.top[state.table].length ?? 1) - 1;
  return { ...state, scroll: Math.max(0, Math.min(state.scroll + rows, most)) };
}
