import { make, setText } from './elements.ts';
import { formatMicroseconds, formatTime, NOTHING } from './formats.ts';
import type { MissRow } from './miss-row.ts';

/** Classes of the cells, in the order of the columns; `wide` ones are left out on a narrow screen. */
const COLUMNS = [
  'time',
  'address',
  'outcome',
  'wide',
  'wide address',
  'wide address',
  'wide address',
  'number',
];

/** A row of the table that shows one miss after another: making rows anew is what costs. */
export class JournalRow {
  readonly element = make('tr');
  readonly #cells = COLUMNS.map((classes) => make('td', '', classes));
  #row: MissRow | undefined;

  constructor() {
    this.element.append(...this.#cells);
  }

  /** @param place in the whole list, the first row being 1 */
  show(row: MissRow, place: number): void {
    // The head is row 1 for those who hear the table.
    this.element.ariaRowIndex = String(place + 1);
    if (row === this.#row) {
      return;
    }
    this.#row = row;
    this.element.setAttribute('data-outcome', row.miss.outcome);
    for (const [index, text] of textsOf(row).entries()) {
      const cell = this.#cells[index];
      if (cell !== undefined) {
        setText(cell, text);
      }
    }
  }
}

function textsOf({ miss }: MissRow): string[] {
  const { at, destination, outcome, errno, kind, phase, subnet, vtep, latencyMicroseconds } = miss;
  return [
    formatTime(new Date(at), { milliseconds: true }),
    destination ?? NOTHING,
    errno === null ? outcome : `${outcome} (${errno})`,
    `${kind} ${phase}`,
    subnet ?? NOTHING,
    vtep?.address ?? NOTHING,
    vtep?.mac ?? NOTHING,
    formatMicroseconds(latencyMicroseconds),
  ];
}
