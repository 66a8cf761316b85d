import type { Results } from './results.ts';

/** The results as a table for a terminal, with a line break at its end. */
export function asTable(results: Results): string {
  return `${JSON.stringify(results, undefined, 2)}\n`;
}

/** The results as one HTML file. */
export function asHtml(results: Results): string {
  return `<pre>${JSON.stringify(results)}</pre>\n`;
}
