import type { Figure } from '../figure.ts';
import { type Axis, placeAxis, valueAxis } from './axis.ts';
import { countText, inScale, type Scale, scaleFor, shareText } from './numbers.ts';
import { lineText } from './safe-text.ts';
import { type Cell, cellOf, type Row } from './summary.ts';

/** One figure over the number of nodes, or over the share of them that is talked to. */
export interface Chart {
  /** Fit for an id of HTML and for the name of a file. */
  readonly id: string;
  readonly figure: Figure;
  /** `by number of nodes, 100 % active`. */
  readonly where: string;
  readonly xName: string;
  /** With the unit, if there is one. */
  readonly yName: string;
  readonly x: Axis;
  readonly y: Axis;
  /** One for each contestant of which something was measured; the index is its place in the plan. */
  readonly lines: readonly Line[];
}

export interface Line {
  readonly contestant: string;
  readonly index: number;
  readonly points: readonly Point[];
}

/** On the axes of the chart. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** The lowest and the highest of the rounds. */
  readonly low: number;
  readonly high: number;
  /** For people: `1,000 nodes: 3,010`. */
  readonly text: string;
}

/** What stands at each place of the horizontal axis. */
interface Direction {
  readonly id: string;
  readonly where: string;
  readonly name: string;
  readonly rows: readonly Row[];
  readonly placeOf: (row: Row) => number;
  readonly label: (place: number) => string;
  readonly long: (place: number) => string;
}

/** All charts that the rows of a figure give: none where nothing was measured. */
export function chartsOf(figure: Figure, rows: readonly Row[], contestants: readonly string[]): Chart[] {
  const measured = rows.filter((row) => row.figure === figure && row.cells.length > 0);
  return directionsOf(measured).map((direction) => chartOf(figure, direction, contestants));
}

function directionsOf(rows: readonly Row[]): Direction[] {
  if (rows.length === 0) {
    return [];
  }
  const share = largest(rows.map(({ active }) => active ?? 1));
  const most = largest(rows.map(({ nodes }) => nodes));
  const byNodes = rows.filter(({ active = 1 }) => active === share);
  const byActive = rows.filter(({ nodes, active }) => nodes === most && active !== undefined);
  const shares = new Set(byActive.map(({ active }) => active));
  return [overNodes(byNodes), ...(shares.size > 1 ? [overActive(byActive, most)] : [])];
}

function overNodes(rows: readonly Row[]): Direction {
  const active = rows[0]?.active;
  return {
    id: 'nodes',
    where: `by number of nodes${active === undefined ? '' : `, ${shareText(active)} of them active`}`,
    name: 'nodes',
    rows,
    placeOf: ({ nodes }) => nodes,
    label: (nodes) => nodes.toLocaleString('en'),
    long: (nodes) => countText(nodes, 'node'),
  };
}

function overActive(rows: readonly Row[], nodes: number): Direction {
  return {
    id: 'active',
    where: `by share of active nodes, of ${nodes.toLocaleString('en')}`,
    name: 'active nodes',
    rows,
    placeOf: ({ active = 1 }) => active,
    label: shareText,
    long: (share) => `${shareText(share)} active`,
  };
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function chartOf(figure: Figure, direction: Direction, contestants: readonly string[]): Chart {
  const cells = direction.rows.flatMap((row) => row.cells);
  const scale = scaleFor(
    figure.unit,
    cells.map(({ value }) => value),
  );
  const places = [...new Set(direction.rows.map(direction.placeOf))].sort((one, other) => one - other);
  const x = placeAxis(places, direction.label);
  const y = valueAxis(
    cells.flatMap(({ value, rounds }) => [value, ...rounds].map((one) => one / scale.divisor)),
  );
  const lines = contestants.flatMap((contestant, index) => {
    const points = direction.rows
      .toSorted((one, other) => direction.placeOf(one) - direction.placeOf(other))
      .flatMap((row) => {
        const cell = cellOf(row, contestant);
        return cell === undefined ? [] : [pointOf(cell, direction.placeOf(row), { x, y, scale, direction })];
      });
    return points.length === 0 ? [] : [{ contestant: lineText(contestant), index, points }];
  });
  return {
    id: `${figure.id.replace(/[^a-zA-Z0-9]+/g, '-')}-${direction.id}`,
    figure,
    where: direction.where,
    xName: direction.name,
    yName: scale.unit === '' ? figure.title : `${figure.title} (${scale.unit})`,
    x,
    y,
    lines,
  };
}

interface Frame {
  readonly x: Axis;
  readonly y: Axis;
  readonly scale: Scale;
  readonly direction: Direction;
}

function pointOf({ value, rounds }: Cell, place: number, { x, y, scale, direction }: Frame): Point {
  const all = rounds.map((round) => y.at(round / scale.divisor));
  return {
    x: x.at(place),
    y: y.at(value / scale.divisor),
    low: Math.min(...all),
    high: Math.max(...all),
    text: `${direction.long(place)}: ${inScale(value, scale)}`,
  };
}
