import { byText } from './by-text.ts';
import { type Focus, type Place, placeText } from './focus.ts';
import { growthText } from './growth.ts';
import { listText, quantityText, ratioText } from './numbers.ts';
import { type Ahead, gapOf, leastGapOf, outcomeOf } from './outcome.ts';
import { leastGapText, ratioMark } from './ratio-mark.ts';
import type { Cell, Row } from './summary.ts';

type Won = Focus & { readonly outcome: Ahead };

/** Figures that the same contestants win against the same others. */
interface Side {
  readonly won: readonly Won[];
  /** The one of them in which the last is furthest behind. */
  readonly widest: Won;
  /** In the order of the plan. */
  readonly leaders: readonly string[];
  readonly behind: readonly string[];
}

/** Titles beyond this many are counted instead of named. */
const NAMED = 3;

/** Who is ahead in what, by how many times; or that nobody is. Then where it is the other way round. */
export function briefText(focuses: readonly Focus[], main: Place): string {
  const here = sidesOf(focuses).map((side) => sideBrief(side, main));
  const elsewhere = turnedText(focuses, sideBrief);
  return [`${here.length > 0 ? here.join('; ') : nobodyText(focuses)}.`, ...elsewhere].join(' ');
}

/** The same with values, with what shows no difference, and with what depends on the number of nodes. */
export function groupText(focuses: readonly Focus[], main: Place): string {
  const named = (kind: Focus['outcome']['kind'], say: (titles: string) => string) => {
    const own = focuses.filter(({ outcome }) => outcome.kind === kind);
    return own.length === 0 ? [] : [say(titlesText(own, main))];
  };
  const clauses = [
    ...sidesOf(focuses).map((side) => sideText(side, main)),
    ...named('level', (titles) => `no difference above 20 % in ${titles}`),
    ...named('unclear', (titles) => `a difference that not every round shows in ${titles}`),
    ...named('alone', (titles) => `nothing to compare in ${titles}`),
  ];
  const growth = growthText(focuses);
  return [
    `${clauses.join('; ')}.`,
    ...turnedText(focuses, sideText),
    ...(growth === undefined ? [] : [growth]),
  ].join(' ');
}

/** A sentence for each other scale at which somebody is ahead who is behind at the largest. */
function turnedText(focuses: readonly Focus[], say: (side: Side, place: Place) => string): string[] {
  const turned = focuses.filter(isWon).flatMap(turningPoint);
  const places = new Set(turned.map(({ row }) => placeText(row)));
  return [...places].flatMap((text) => {
    const own = turned.filter(({ row }) => placeText(row) === text);
    const [first] = own;
    const sides = sidesOf(own).map((side) => (first === undefined ? '' : say(side, first.row)));
    return sides.length === 0 ? [] : [`But at ${text}: ${sides.join('; ')}.`];
  });
}

/** With the smallest share of the same nodes, or else with the fewest nodes; none where it is everywhere the same. */
function turningPoint({ outcome: { behind }, row, rows, figure }: Won): Focus[] {
  const turns = rows
    .map((other) => ({ figure, rows, row: other, outcome: outcomeOf(other) }))
    .filter(isWon)
    .filter(({ outcome }) =>
      outcome.leaders.some((cell) => behind.some(({ contestant }) => contestant === cell.contestant)),
    );
  const [found] = turns.toSorted(
    (one, other) =>
      Number(other.row.nodes === row.nodes) - Number(one.row.nodes === row.nodes) ||
      one.row.nodes - other.row.nodes ||
      (one.row.active ?? 1) - (other.row.active ?? 1),
  );
  return found === undefined ? [] : [found];
}

/** Those with most figures first. */
function sidesOf(focuses: readonly Focus[]): Side[] {
  const sides = new Map<string, Side>();
  for (const focus of focuses.filter(isWon)) {
    const leaders = inOrder(focus.row, focus.outcome.leaders);
    const behind = inOrder(focus.row, focus.outcome.behind);
    const key = JSON.stringify([leaders, behind]);
    const { won, widest } = sides.get(key) ?? { won: [], widest: focus };
    const wider = gapOfOutcome(focus) > gapOfOutcome(widest) ? focus : widest;
    sides.set(key, { won: [...won, focus], widest: wider, leaders, behind });
  }
  return [...sides.values()].toSorted((one, other) => other.won.length - one.won.length);
}

function isWon(focus: Focus): focus is Won {
  return focus.outcome.kind === 'ahead';
}

/** The same contestants are the same text whoever of them is the best. */
function inOrder({ cells }: Row, chosen: readonly Cell[]): string[] {
  return cells.filter((cell) => chosen.includes(cell)).map(({ contestant }) => contestant);
}

function leadersText({ leaders }: Side): string {
  return `${listText(leaders)} ${leaders.length === 1 ? 'is' : 'are'} ahead`;
}

function nobodyText(focuses: readonly Focus[]): string {
  const kinds = new Set(focuses.map(({ outcome }) => outcome.kind));
  if (kinds.has('unclear')) {
    return 'no difference that every round shows';
  }
  return kinds.has('level') ? 'no difference above 20 %' : 'nothing to compare';
}

function gapOfOutcome({ figure, outcome: { leaders, behind } }: Won): number {
  const [best] = leaders;
  const worst = behind.at(-1);
  return best === undefined || worst === undefined ? 1 : gapOf(best, worst, figure);
}

/** `by up to 215x`; `by 2.9x or more` where the rounds do not settle it; `0 against 5` where there is no ratio. */
function distanceText({ won, widest, behind }: Side): string {
  const { unit, resolution = 0 } = widest.figure;
  const [first, last] = [widest.outcome.leaders[0], widest.outcome.behind.at(-1)];
  const [best, worst] = [first?.value ?? 0, last?.value ?? 0];
  const gap = gapOfOutcome(widest);
  if (Number.isFinite(gap) && Math.min(best, worst) >= resolution) {
    const isSettled = first === undefined || last?.unsettled === undefined;
    const text = isSettled ? ratioText(gap) : leastGapText(leastGapOf(first, last));
    return `by ${won.length + behind.length > 2 ? 'up to ' : ''}${text}`;
  }
  return `${quantityText(best, unit)} against ${quantityText(worst, unit)}`;
}

function sideBrief(side: Side, main: Place): string {
  const { won, widest, leaders, behind } = side;
  const others = leaders.length + behind.length < widest.row.cells.length ? ` of ${listText(behind)}` : '';
  return `${leadersText(side)}${others} in ${titlesText(won, main)} (${distanceText(side)})`;
}

function sideText(side: Side, main: Place): string {
  const { won, widest, behind } = side;
  const most = won.length > 1 ? `most in ${quoted(widest.figure.title)}: ` : '';
  const titles = titlesText(won, main);
  return `${leadersText(side)} of ${listText(behind)} in ${titles} (${most}${detailText(widest)})`;
}

/** `12 against 24 (2.0x) of lazy-subnet and 3,010 (251x) of eager and flanneld`. */
function detailText({ figure, outcome: { leaders, behind } }: Won): string {
  const best = leaders[0]?.value ?? 0;
  const others = behind.map((cell) => {
    const mark = ratioMark(cell);
    const ratio = mark === '' ? '' : ` (${mark})`;
    return { name: cell.contestant, text: `${quantityText(cell.value, figure.unit)}${ratio}` };
  });
  const texts = byText(others).map(({ names, text }) => `${text} of ${listText(names)}`);
  return `${quantityText(best, figure.unit)} against ${listText(texts)}`;
}

/** With the place of those that do not stand at the main one. */
function titlesText(focuses: readonly Focus[], main: Place): string {
  const titles = focuses.map(({ figure, row, outcome }) => {
    const elsewhere = row.nodes !== main.nodes || (row.active !== undefined && row.active !== main.active);
    const title = quoted(figure.title);
    return elsewhere && outcome.kind !== 'alone' ? `${title} (at ${placeText(row)})` : title;
  });
  return titles.length > NAMED + 1
    ? `${titles.slice(0, NAMED).join(', ')} and ${titles.length - NAMED} more figures`
    : listText(titles);
}

/** So that a comma within it does not look like one between titles. */
function quoted(title: string): string {
  return title.includes(',') ? `"${title}"` : title;
}
