import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../base/errno.ts';
import { FIGURES } from './figures.ts';
import { loadCharts } from './report/load-charts.ts';
import { renderHtml } from './report/page.ts';
import { renderTable } from './report/table.ts';
import type { Results } from './results.ts';
import { ResultsFileFault, writeReport, writeResults } from './results-file.ts';

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
 * Makes sure that the files can be made and written, before minutes are spent on what is to stand in them.
 *
 * @throws ChartsFault, ResultsFileFault naming the first that cannot
 */
export async function requirePresentable({
  json,
  html,
}: Pick<PresentationOptions, 'json' | 'html'>): Promise<void> {
  if (html !== undefined) {
    await loadCharts();
  }
  for (const file of [json, html].filter((one) => one !== undefined)) {
    try {
      accessSync(dirname(file), constants.W_OK);
    } catch (error) {
      const found = `cannot be written (${codeOf(error) ?? 'unknown'})`;
      throw new ResultsFileFault(file, found, 'a folder that can be written', error);
    }
  }
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
    await writeReport(options.html, await renderHtml(found, FIGURES));
  }
  return renderTable(found, FIGURES, { colours: options.colours });
}
