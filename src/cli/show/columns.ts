import { printable, WIDTH } from './text.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly right?: boolean;
}

/** A table without borders, its title first; the columns stand closer together where it is wider than 80 otherwise. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, place) =>
    cells.reduce((widest, row) => Math.max(widest, row[place]?.length ?? 0), 0),
  );
  const wide = widths.reduce((sum, width) => sum + width + 2, -2);
  const gap = wide <= WIDTH ? '  ' : ' ';
  return cells.map((row) =>
    columns
      .map(({ right }, place) => {
        const text = row[place] ?? '';
        return right === true ? text.padStart(widths[place] ?? 0) : text.padEnd(widths[place] ?? 0);
      })
      .join(gap)
      .trimEnd(),
  );
}
