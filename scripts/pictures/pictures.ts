import type { Figure } from '../../src/compare/figure.ts';
import { type Chart, chartsOf } from '../../src/compare/report/charts.ts';
import { html, Markup } from '../../src/compare/report/html.ts';
import { loadCharts } from '../../src/compare/report/load-charts.ts';
import { colour, paletteRules } from '../../src/compare/report/palette.ts';
import { summarise } from '../../src/compare/report/summary.ts';
import type { Results } from '../../src/compare/results.ts';

/** A chart as a file of its own. */
export interface Picture {
  /** Fit for the name of a file, without an ending. */
  readonly name: string;
  readonly svg: string;
}

const HEAD = 46;
const MARGIN = 8;
const FONT = 'system-ui, "DejaVu Sans", sans-serif';

/** The charts of the page as SVG files with a title, in the colours of the reader's scheme: for documents. */
export async function renderPictures(results: Results, figures: readonly Figure[]): Promise<Picture[]> {
  const draw = await loadCharts();
  const rows = summarise(results, figures);
  const contestants = results.plan.contestants.map(({ name }) => name);
  return figures
    .flatMap((figure) => chartsOf(figure, rows, contestants))
    .map((chart) => ({ name: chart.id, svg: pictureOf(chart, draw(chart)) }));
}

function pictureOf({ figure, where }: Chart, chart: string): string {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(chart) ?? [];
  const box = { width: Number(width) + 2 * MARGIN, height: Number(height) + HEAD + MARGIN };
  const inner = new Markup(chart.replace('<svg ', `<svg aria-hidden="true" x="${MARGIN}" y="${HEAD}" `));
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${box.width}" height="${box.height}" viewBox="0 0 ${box.width} ${box.height}" font-family="${FONT}" role="img">
<title>${figure.title}, ${where}</title>
<style>${new Markup(paletteRules)}</style>
<rect width="100%" height="100%" rx="6" fill="${colour('raised')}"/>
<text x="${2 * MARGIN}" y="22" font-size="15" font-weight="600" fill="${colour('ink')}">${figure.title}</text>
<text x="${2 * MARGIN}" y="38" font-size="12" fill="${colour('quiet')}">${where}</text>
${inner}
</svg>
`.text;
}
