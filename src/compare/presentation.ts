import { FIGURES } from './figures.ts';
import { renderTable } from './report/table.ts';
import type { Results } from './results.ts';
import { writeReport, writeResults } from './results-file.ts';

/** Where results are shown. */
export interface PresentationOptions {
  /** The file that gets everything. */
  readonly json?: string;
  /** The file that gets the page. */
  readonly html?: string;
  /** Whether the table goes to a terminal. */
  readonly colours: boolean;
}

/**
 * Writes the files that are asked for.
 *
 * @returns the table, with a line break at its end
 * @throws ResultsFileFault
 */
export async function present(found: Results, options: PresentationOptions): Promise<string> {
  if (options.json !== undefined) {
    await writeResults(options.json, found);
  }
  if (options.html !== undefined) {
    await writeReport(options.html, `<pre>${renderTable(found, FIGURES)}</pre>\n`);
  }
  return renderTable(found, FIGURES, { colours: options.colours });
}
