import { byText } from './by-text.ts';
import type { Focus } from './focus.ts';
import { countText, listText, quantityText, ratioText } from './numbers.ts';
import { clearlyBetter, gapOf, NOISE } from './outcome.ts';
import { type Cell, cellOf } from './summary.ts';

/** Below this nobody would say that a figure depends on the number of nodes. */
const WORTH_SAYING = 2;

interface Growth {
  readonly contestant: string;
  /** With the fewest nodes. */
  readonly from: Cell;
  /** With the most nodes. */
  readonly to: Cell;
  readonly kind: 'moves' | 'stays' | 'unclear';
}

interface Series {
  readonly focus: Focus;
  readonly fewest: number;
  readonly most: number;
  readonly growths: readonly Growth[];
}

/**
 * A sentence about the figure that depends most on the number of nodes: whose it is that changes, and whose that stays.
 * Undefined where none at least doubles or halves.
 */
export function growthText(focuses: readonly Focus[]): string | undefined {
  const [series] = focuses
    .flatMap(seriesOf)
    .filter((candidate) => strength(candidate) > WORTH_SAYING)
    .toSorted((one, other) => strength(other) - strength(one) || 0);
  return series === undefined ? undefined : sentenceOf(series);
}

/** Empty where there are not two numbers of nodes to compare. */
function seriesOf(focus: Focus): Series[] {
  const like = focus.rows.filter(({ active, cells }) => active === focus.row.active && cells.length > 0);
  const [first, ...others] = like.toSorted((one, other) => one.nodes - other.nodes);
  const last = others.at(-1);
  if (first === undefined || last === undefined) {
    return [];
  }
  const growths = last.cells.flatMap((to) => {
    const from = cellOf(first, to.contestant);
    return from === undefined ? [] : [{ contestant: to.contestant, from, to, kind: kindOf(focus, from, to) }];
  });
  return [{ focus, fewest: first.nodes, most: last.nodes, growths }];
}

function kindOf({ figure }: Focus, from: Cell, to: Cell): Growth['kind'] {
  if (gapOf(from, to, figure) <= NOISE) {
    return 'stays';
  }
  return clearlyBetter(figure, from, to) || clearlyBetter(figure, to, from) ? 'moves' : 'unclear';
}

function strength({ growths, focus }: Series): number {
  return Math.max(
    1,
    ...growths.filter(({ kind }) => kind === 'moves').map(({ from, to }) => gapOf(from, to, focus.figure)),
  );
}

function sentenceOf({ focus, fewest, most, growths }: Series): string {
  const { title, unit, resolution = 0 } = focus.figure;
  const moving = growths
    .filter(({ kind }) => kind === 'moves')
    .map(({ contestant, from, to }) => {
      const low = Math.min(from.value, to.value);
      const factor = low > 0 && low >= resolution ? ` (${ratioText(to.value / from.value)})` : '';
      const change = `from ${quantityText(from.value, unit)} to ${quantityText(to.value, unit)}${factor}`;
      return { name: contestant, text: change };
    });
  const staying = growths.filter(({ kind }) => kind === 'stays').map(({ contestant }) => contestant);
  const same = staying.length === 0 ? [] : [`no change above 20 % for ${listText(staying)}`];
  const changes = byText(moving).map(({ names, text }) => `${text} for ${listText(names)}`);
  const range = `From ${fewest.toLocaleString('en')} to ${countText(most, 'node')}`;
  return `${range}, ${title}: ${[...changes, ...same].join('; ')}.`;
}
