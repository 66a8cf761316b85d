import { type MissRow, passes, type RowFilter } from './miss-row.ts';

/** The latest misses in bounded memory, and those of them that are shown: what the filter lets pass, held while paused. */
export class Journal {
  readonly #capacity: number;
  #rows: MissRow[] = [];
  /** What there was when the pause began. */
  #held: readonly MissRow[] | undefined;
  #filter: RowFilter = {};
  #shown: MissRow[] = [];
  #waiting = 0;

  /** @param capacity how many rows are kept */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Oldest first. */
  get shown(): readonly MissRow[] {
    return this.#shown;
  }

  /** How many rows the filter was asked about. */
  get size(): number {
    return (this.#held ?? this.#rows).length;
  }

  /** How many came since the pause began. */
  get waiting(): number {
    return this.#waiting;
  }

  get isPaused(): boolean {
    return this.#held !== undefined;
  }

  /** Everything anew, oldest first: the daemon's journal after a connection. */
  replace(rows: readonly MissRow[]): void {
    this.#rows = rows.slice(-this.#capacity);
    if (this.#held === undefined) {
      this.#select();
    }
  }

  /**
   * Takes new rows, oldest first; those that are here already, because the list and the live events overlap, are left out.
   *
   * @returns how many more are shown
   */
  add(rows: readonly MissRow[]): number {
    const last = this.#rows.at(-1);
    const fresh = last === undefined ? rows : rows.filter((row) => isAfter(row, last));
    this.#rows.push(...fresh);
    const dropped = this.#rows.splice(0, Math.max(0, this.#rows.length - this.#capacity)).at(-1);
    if (this.#held !== undefined) {
      this.#waiting += fresh.length;
      return 0;
    }
    const added = fresh.slice(-this.#capacity).filter((row) => passes(this.#filter, row));
    this.#shown.push(...added);
    if (dropped !== undefined) {
      const kept = this.#shown.findIndex((row) => isAfter(row, dropped));
      this.#shown.splice(0, kept === -1 ? this.#shown.length : kept);
    }
    return added.length;
  }

  filterBy(filter: RowFilter): void {
    this.#filter = filter;
    this.#select();
  }

  /** What is shown stays, and can still be filtered, until `resume`. */
  pause(): void {
    this.#held ??= [...this.#rows];
  }

  resume(): void {
    this.#held = undefined;
    this.#waiting = 0;
    this.#select();
  }

  #select(): void {
    this.#shown = (this.#held ?? this.#rows).filter((row) => passes(this.#filter, row));
  }
}

/** The daemon's numbers wrap at 2^32. */
function isAfter(one: MissRow, other: MissRow): boolean {
  return ((one.miss.number - other.miss.number) | 0) > 0;
}
