import type { Figure } from '../figure.ts';
import type { Results } from '../results.ts';
import { byText } from './by-text.ts';
import { type Focus, focusesOf, groupsOf, placeText } from './focus.ts';
import { growthText } from './growth.ts';
import { listText, quantityText, ratioText } from './numbers.ts';
import { type Ahead, gapOf } from './outcome.ts';
import type { Row } from './summary.ts';

export interface Verdict {
  /** Who is ahead in how many figures, and what the verdict stands on. */
  readonly lead: string;
  readonly groups: readonly GroupVerdict[];
}

export interface GroupVerdict {
  readonly group: string;
  readonly text: string;
}

/** Titles beyond this many are counted instead of named. */
const NAMED = 3;

/**
 * What the rows say about who is better where and by how much, in English. Somebody is ahead only where the values
 * differ by more than 20 % and every one of the rounds agrees.
 */
export function verdictOf(results: Results, rows: readonly Row[], figures: readonly Figure[]): Verdict {
  const focuses = focusesOf(rows, figures);
  const main = mainPlace(focuses);
  const groups = groupsOf(figures).map((group) => {
    const own = focuses.filter(({ figure }) => figure.group === group);
    return { group, text: groupText(own, main) };
  });
  return { lead: leadText(results, focuses, main), groups };
}

/** The verdict as one paragraph. */
export function verdictText({ lead, groups }: Verdict): string {
  return [lead, ...groups.map(({ group, text }) => `${group}: ${text}`)].join(' ');
}

type Place = Pick<Row, 'nodes' | 'active'>;

/** The largest at which anything is compared. */
function mainPlace(focuses: readonly Focus[]): Place {
  const places = focuses.filter(({ outcome }) => outcome.kind !== 'alone').map(({ row }) => row);
  const nodes = Math.max(0, ...places.map((place) => place.nodes));
  const shares = places.flatMap((place) => (place.nodes === nodes ? (place.active ?? []) : []));
  return { nodes, active: shares.length === 0 ? undefined : Math.max(...shares) };
}

function leadText({ plan, interrupted }: Results, focuses: readonly Focus[], main: Place): string {
  const compared = focuses.filter(({ outcome }) => outcome.kind !== 'alone');
  const contestants = plan.contestants.map(({ name }) => name);
  const sentences =
    compared.length === 0
      ? [nothingText(focuses)]
      : [`At ${placeText(main)}: ${tallyText(compared, contestants)}.`];
  if (compared.length > 0 && plan.rounds === 1) {
    sentences.push('One round only: nothing shows how far two runs of the same are apart.');
  }
  if (interrupted) {
    sentences.push('The run was interrupted: this stands on what it had measured.');
  }
  return sentences.join(' ');
}

function nothingText(focuses: readonly Focus[]): string {
  const [only] = new Set(focuses.flatMap(({ row }) => row.cells.map(({ contestant }) => contestant)));
  return only === undefined
    ? 'Nothing was measured.'
    : 'No figure was measured of two contestants: there is nothing to compare.';
}

function tallyText(compared: readonly Focus[], contestants: readonly string[]): string {
  const total = compared.length === 1 ? 'the one figure' : `${compared.length} figures`;
  const ahead = contestants.map((name, index) => {
    const count = compared.filter(({ outcome }) => leads(outcome, name)).length;
    return `${name} ${index === 0 ? 'is ahead ' : ''}in ${count}`;
  });
  const shared = compared.some(({ outcome }) => outcome.kind === 'ahead' && outcome.leaders.length > 1);
  const level = compared.filter(({ outcome }) => outcome.kind === 'level').length;
  const unclear = compared.filter(({ outcome }) => outcome.kind === 'unclear').length;
  return [
    `of ${total} ${listText(ahead)}${shared ? ' (some of them together)' : ''}`,
    ...(level === 0 ? [] : [`${level} ${level === 1 ? 'shows' : 'show'} no difference above 20 %`]),
    ...(unclear === 0 ? [] : [`${unclear} ${unclear === 1 ? 'differs' : 'differ'}, but not in every round`]),
  ].join('; ');
}

function leads(outcome: Focus['outcome'], name: string): boolean {
  return outcome.kind === 'ahead' && outcome.leaders.some(({ contestant }) => contestant === name);
}

function groupText(focuses: readonly Focus[], main: Place): string {
  const titles = (kind: Focus['outcome']['kind']) =>
    titlesText(
      focuses.filter(({ outcome }) => outcome.kind === kind),
      main,
    );
  const level = titles('level');
  const unclear = titles('unclear');
  const alone = titles('alone');
  const clauses = [
    ...aheadTexts(focuses, main),
    ...(level === '' ? [] : [`no difference above 20 % in ${level}`]),
    ...(unclear === '' ? [] : [`a difference that not every round shows in ${unclear}`]),
    ...(alone === '' ? [] : [`nothing to compare in ${alone}`]),
  ];
  const growth = growthText(focuses);
  return [`${clauses.join('; ')}.`, ...(growth === undefined ? [] : [growth])].join(' ');
}

type Won = Focus & { readonly outcome: Ahead };

/** One clause for each set of leaders with the same contestants behind them; those with most figures first. */
function aheadTexts(focuses: readonly Focus[], main: Place): string[] {
  const sides = new Map<string, Won[]>();
  for (const focus of focuses.filter(isWon)) {
    const { leaders, behind } = focus.outcome;
    const key = JSON.stringify([inOrder(focus.row, leaders), inOrder(focus.row, behind)]);
    sides.set(key, [...(sides.get(key) ?? []), focus]);
  }
  return [...sides.values()]
    .toSorted((one, other) => other.length - one.length)
    .map((won) => aheadText(won, main));
}

function isWon(focus: Focus): focus is Won {
  return focus.outcome.kind === 'ahead';
}

function aheadText(won: readonly Won[], main: Place): string {
  const [widest] = won.toSorted((one, other) => gapOfOutcome(other) - gapOfOutcome(one) || 0);
  if (widest === undefined) {
    return '';
  }
  const { leaders, behind } = widest.outcome;
  const names = inOrder(widest.row, leaders);
  const most = won.length > 1 ? `most in ${widest.figure.title}: ` : '';
  return (
    `${listText(names)} ${names.length === 1 ? 'is' : 'are'} ahead of ${listText(inOrder(widest.row, behind))} ` +
    `in ${titlesText(won, main)} (${most}${detailText(widest)})`
  );
}

/** In the order of the plan, so that the same contestants are the same text whoever of them is the best. */
function inOrder({ cells }: Row, chosen: Ahead['leaders']): string[] {
  return cells.filter((cell) => chosen.includes(cell)).map(({ contestant }) => contestant);
}

function gapOfOutcome({ outcome: { leaders, behind } }: Won): number {
  const [best] = leaders;
  const worst = behind.at(-1);
  return best === undefined || worst === undefined ? 1 : gapOf(best, worst);
}

/** `12 against 24 (2.0x) of lazy-subnet and 3,010 (251x) of eager and flanneld`. */
function detailText({ figure, outcome: { leaders, behind } }: Won): string {
  const best = leaders[0]?.value ?? 0;
  const others = behind.map(({ contestant, value }) => {
    const ratio = best > 0 && value > 0 ? ` (${ratioText(value / best)})` : '';
    return { name: contestant, text: `${quantityText(value, figure.unit)}${ratio}` };
  });
  const texts = byText(others).map(({ names, text }) => `${text} of ${listText(names)}`);
  return `${quantityText(best, figure.unit)} against ${listText(texts)}`;
}

/** With the place of those that do not stand at the main one. */
function titlesText(focuses: readonly Focus[], main: Place): string {
  const titles = focuses.map(({ figure, row, outcome }) => {
    const elsewhere = row.nodes !== main.nodes || (row.active !== undefined && row.active !== main.active);
    return elsewhere && outcome.kind !== 'alone' ? `${figure.title} (at ${placeText(row)})` : figure.title;
  });
  return titles.length > NAMED + 1
    ? `${titles.slice(0, NAMED).join(', ')} and ${titles.length - NAMED} more figures`
    : listText(titles);
}
