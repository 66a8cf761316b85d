import type { Figure } from '../figure.ts';
import type { Results } from '../results.ts';
import { type Focus, focusesOf, groupsOf, mainPlace, placeText } from './focus.ts';
import { briefText, groupText } from './group-verdict.ts';
import { listText } from './numbers.ts';
import type { Row } from './summary.ts';

export interface Verdict {
  /** Who is ahead in how many figures, and what the verdict stands on. */
  readonly lead: string;
  /**
   * The largest scale at which anything is compared, which the groups speak of: `At 1,000 nodes, 100 % active`; empty when nothing
   * is.
   */
  readonly place: string;
  readonly groups: readonly GroupVerdict[];
}

export interface GroupVerdict {
  readonly group: string;
  /** Who is ahead in what, by how many times. */
  readonly brief: string;
  /** The same with the values, with what shows no difference, and with what depends on the number of nodes. */
  readonly text: string;
}

/**
 * What the rows say about who is better where and by how much, in English. Somebody is ahead only where the values
 * differ by more than 20 % and every one of the rounds agrees.
 */
export function verdictOf(results: Results, rows: readonly Row[], figures: readonly Figure[]): Verdict {
  const focuses = focusesOf(rows, figures);
  const main = mainPlace(focuses);
  const groups = groupsOf(figures).map((group) => {
    const own = focuses.filter(({ figure }) => figure.group === group);
    return { group, brief: briefText(own, main), text: groupText(own, main) };
  });
  const place = main.nodes === 0 ? '' : `At ${placeText(main)}`;
  return { lead: leadText(results, focuses, place), place, groups };
}

/** The verdict as one paragraph, without the details. */
export function verdictText({ lead, groups }: Verdict): string {
  return [lead, ...groups.map(({ group, brief }) => `${group}: ${brief}`)].join(' ');
}

function leadText({ plan, interrupted }: Results, focuses: readonly Focus[], place: string): string {
  const compared = focuses.filter(({ outcome }) => outcome.kind !== 'alone');
  const contestants = plan.contestants.map(({ name }) => name);
  const sentences =
    compared.length === 0 ? [nothingText(focuses)] : [`${place}: ${tallyText(compared, contestants)}.`];
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
