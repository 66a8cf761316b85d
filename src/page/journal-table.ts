import { byId } from './elements.ts';
import type { Journal } from './journal.ts';
import { JournalRow } from './journal-row.ts';

/** Rows above and below what can be seen, so that scrolling shows no gap before the next frame. */
const BEYOND = 6;

/** The height of a row that page.css gives, until one is there to be measured. */
const ROW_HEIGHT = 28;

/**
 * The rows of the journal, newest on top. Only those that can be seen exist: two empty rows stand for the others. Whoever
 * has scrolled down keeps what is read in place when rows come on top.
 */
export class JournalTable {
  readonly #journal: Journal;
  readonly #scroller = byId('journal-rows', HTMLElement);
  readonly #table = byId('journal-table', HTMLTableElement);
  readonly #above = byId('journal-above', HTMLTableCellElement);
  readonly #below = byId('journal-below', HTMLTableCellElement);
  readonly #body = byId('journal-body', HTMLTableSectionElement);
  readonly #rows: JournalRow[] = [];
  #added = 0;
  #isPlanned = false;

  constructor(journal: Journal) {
    this.#journal = journal;
    const plan = () => this.#plan();
    this.#scroller.addEventListener('scroll', plan, { passive: true });
    new ResizeObserver(plan).observe(this.#scroller);
  }

  /** The journal changed. @param added rows on top since the last call */
  update(added: number): void {
    this.#added += added;
    this.#plan();
  }

  /** The journal shows something else: from the newest on. */
  reset(): void {
    this.#added = 0;
    this.#scroller.scrollTop = 0;
    this.#plan();
  }

  /** One frame draws all that came before it. */
  #plan(): void {
    if (!this.#isPlanned) {
      this.#isPlanned = true;
      requestAnimationFrame(() => {
        this.#isPlanned = false;
        this.#draw();
      });
    }
  }

  #draw(): void {
    const { shown } = this.#journal;
    const height = this.#rows[0]?.element.offsetHeight || ROW_HEIGHT;
    const { scrollTop, clientHeight } = this.#scroller;
    const moved = scrollTop > 0 ? this.#added : 0;
    this.#added = 0;
    const top = Math.floor(scrollTop / height) + moved;
    const first = Math.max(0, Math.min(top - BEYOND, shown.length - 1));
    const count = Math.min(shown.length - first, Math.ceil(clientHeight / height) + 2 * BEYOND);
    this.#resize(count);
    for (const [index, row] of this.#rows.entries()) {
      const place = first + index;
      const miss = shown[shown.length - 1 - place];
      if (miss !== undefined) {
        row.show(miss, place + 1);
      }
    }
    this.#above.style.height = `${first * height}px`;
    this.#below.style.height = `${(shown.length - first - count) * height}px`;
    this.#table.ariaRowCount = String(shown.length + 1);
    if (moved > 0) {
      this.#scroller.scrollTop = scrollTop + moved * height;
    }
  }

  #resize(count: number): void {
    while (this.#rows.length < count) {
      const row = new JournalRow();
      this.#rows.push(row);
      this.#body.append(row.element);
    }
    for (const row of this.#rows.splice(count)) {
      row.element.remove();
    }
  }
}
