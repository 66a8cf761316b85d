import { make } from './elements.ts';
import { formatCount } from './formats.ts';

export interface Rank {
  /** An address, or a subnet. */
  readonly name: string;
  readonly count: number;
}

/**
 * Fills a table body with what there is most of, a bar beside each.
 *
 * @param whole what the bars are shares of
 * @param onChoice makes a button of each name
 */
export function showRanking(
  body: HTMLTableSectionElement,
  ranks: readonly Rank[],
  whole: number,
  onChoice?: (name: string) => void,
): void {
  const focused = body.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
  body.replaceChildren(...ranks.map((rank) => rankRow(rank, whole, onChoice)));
  // The rows are made anew each time; whoever stands on one with the keyboard stays there.
  const again = [...body.querySelectorAll('button')].find((button) => button.textContent === focused);
  again?.focus({ preventScroll: true });
}

function rankRow(
  { name, count }: Rank,
  whole: number,
  onChoice?: (name: string) => void,
): HTMLTableRowElement {
  const row = make('tr');
  const head = make('th', onChoice === undefined ? name : '', 'address');
  head.scope = 'row';
  if (onChoice !== undefined) {
    const button = make('button', name, 'plain');
    button.type = 'button';
    button.title = `Look ${name} up`;
    button.addEventListener('click', () => onChoice(name));
    head.append(button);
  }
  row.append(head, make('td', formatCount(count), 'number'), barCell(whole === 0 ? 0 : count / whole));
  return row;
}

/** The number beside it says the same, so those who hear the table need not hear of it. */
function barCell(share: number): HTMLTableCellElement {
  const cell = make('td', '', 'bar');
  cell.ariaHidden = 'true';
  const bar = make('span');
  bar.style.width = `${Math.min(100, share * 100)}%`;
  cell.append(bar);
  return cell;
}
