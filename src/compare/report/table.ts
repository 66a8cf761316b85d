import Table from 'cli-table3';
import { wrap } from '../../base/wrap.ts';
import type { Figure } from '../figure.ts';
import type { Results } from '../results.ts';
import { factsOf } from './facts.ts';
import { groupsOf } from './focus.ts';
import { countText, numberText, type Scale, scaleFor, shareText } from './numbers.ts';
import { ratioMark } from './ratio-mark.ts';
import { lineText } from './safe-text.ts';
import { type Cell, cellOf, type Row, summarise } from './summary.ts';
import { verdictOf, verdictText } from './verdict.ts';

export interface TableOptions {
  /** Whether the best of a row is also set in bold, with the escape codes of a terminal. */
  readonly colours: boolean;
}

const WIDTH = 100;
const INDENT = '  ';
const SHARE_WIDTH = 6;
const UNIT_WIDTH = 5;
/** Of a value (`123,456`), of what is said of it (`12.3kx`), and of both with a blank between. */
const VALUE_WIDTH = 7;
const MARK_WIDTH = 6;
const CELL_WIDTH = VALUE_WIDTH + 1 + MARK_WIDTH;

const KEY =
  '* the best of its row; 3.2x: that many times the best; >3x, <3x: where the rounds leave the ratio unknown by more than ' +
  '10 %, more than that in each of them, or less; -: not measured; active: the share of nodes that is talked to. ' +
  'Where all are equal none is the best; where the best is next to nothing there is no ratio to it.';

/**
 * The comparison for a terminal, in lines of at most 100 characters: a table for each number of nodes, what its rows mean,
 * where it was measured, what was left out, and the verdict.
 */
export function renderTable(
  results: Results,
  figures: readonly Figure[],
  { colours }: TableOptions = { colours: false },
): string {
  const rows = summarise(results, figures);
  const contestants = results.plan.contestants.map(({ name }) => name);
  const tables = results.plan.nodes.flatMap((nodes) => {
    const own = rows.filter((row) => row.nodes === nodes);
    const parts = inParts(contestants, fitting(figures)).map((part) => tableText(own, part, colours));
    return [[heading(countText(nodes, 'node')), ...parts].join('\n')];
  });
  const sections = [
    ...tables,
    wrap(KEY, WIDTH).join('\n'),
    ['What the rows mean', ...legend(figures)].join('\n'),
    ['How it was measured', ...facts(results)].join('\n'),
    ...(results.leftOut.length === 0 ? [] : [['Left out', ...bullets(results.leftOut)].join('\n')]),
    ['Verdict', ...wrap(lineText(verdictText(verdictOf(results, rows, figures))), WIDTH, INDENT)].join('\n'),
  ];
  return `${sections.join('\n\n')}\n`;
}

function heading(text: string): string {
  return `${text}\n${'='.repeat(text.length)}`;
}

function titleWidth(figures: readonly Figure[]): number {
  return Math.max(...figures.map(({ title }) => title.length), 'figure'.length) + INDENT.length;
}

/** How many contestants have room beside each other. */
function fitting(figures: readonly Figure[]): number {
  const taken = titleWidth(figures) + 1 + SHARE_WIDTH + 1 + UNIT_WIDTH;
  return Math.max(1, Math.floor((WIDTH - taken) / (CELL_WIDTH + 1)));
}

/** As few parts as possible, as even as possible. */
function inParts(items: readonly string[], most: number): string[][] {
  const size = Math.ceil(items.length / Math.ceil(items.length / most));
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function tableText(rows: readonly Row[], contestants: readonly string[], colours: boolean): string {
  const figures = rows.map(({ figure }) => figure);
  const table = new Table({
    head: [
      'figure',
      'active',
      'unit',
      ...contestants.map((name) => wrap(lineText(name), CELL_WIDTH).join('\n')),
    ],
    colWidths: [titleWidth(figures), SHARE_WIDTH, UNIT_WIDTH, ...contestants.map(() => CELL_WIDTH)],
    colAligns: ['left', 'right', 'left', ...contestants.map(() => 'left' as const)],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    chars: { ...NO_FRAME, mid: '-', 'mid-mid': '-', middle: ' ' },
  });
  for (const group of groupsOf(figures)) {
    table.push([{ content: group, colSpan: 3 + contestants.length }]);
    table.push(...linesOf(rows, group, contestants, colours));
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const NO_FRAME = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
};

function linesOf(
  rows: readonly Row[],
  group: string,
  contestants: readonly string[],
  colours: boolean,
): string[][] {
  const own = rows.filter(({ figure }) => figure.group === group);
  return own.map((row, index) => {
    const scale = scaleFor(
      row.figure.unit,
      row.cells.map(({ value }) => value),
    );
    return [
      own[index - 1]?.figure === row.figure ? '' : `${INDENT}${row.figure.title}`,
      row.active === undefined ? '' : shareText(row.active),
      scale.unit,
      ...contestants.map((name) => cellText(cellOf(row, name), scale, colours)),
    ];
  });
}

function cellText(cell: Cell | undefined, { divisor }: Scale, colours: boolean): string {
  if (cell === undefined) {
    return '-'.padStart(VALUE_WIDTH);
  }
  const { value, best } = cell;
  const number = numberText(value / divisor).padStart(VALUE_WIDTH);
  if (best) {
    return colours ? bold(`${number} *`) : `${number} *`;
  }
  return `${number} ${ratioMark(cell)}`.trimEnd();
}

/** By hand: util.styleText came with Node.js 20.12. */
function bold(text: string): string {
  return `\u001B[1m${text}\u001B[22m`;
}

function legend(figures: readonly Figure[]): string[] {
  return groupsOf(figures).flatMap((group) => [
    `${INDENT}${group}`,
    ...figures
      .filter((figure) => figure.group === group)
      .flatMap(({ title, sentence }) =>
        wrap(`${title}: ${sentence}`, WIDTH, INDENT.repeat(2), INDENT.repeat(3)),
      ),
  ]);
}

function facts(results: Results): string[] {
  return factsOf(results).flatMap(([name, text]) =>
    wrap(lineText(text), WIDTH, `${INDENT}${name.padEnd(10)}`, ' '.repeat(INDENT.length + 10)),
  );
}

function bullets(sentences: readonly string[]): string[] {
  return sentences.flatMap((sentence) => wrap(lineText(sentence), WIDTH, `${INDENT}- `, INDENT.repeat(2)));
}
