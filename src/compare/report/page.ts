import { createHash } from 'node:crypto';
import type { Figure } from '../figure.ts';
import type { Results } from '../results.ts';
import type { Chart } from './charts.ts';
import { chartsOf } from './charts.ts';
import { factsOf } from './facts.ts';
import { groupsOf } from './focus.ts';
import { html, jsonMarkup, Markup, NOTHING } from './html.ts';
import { type Draw, loadCharts } from './load-charts.ts';
import { listText } from './numbers.ts';
import { pageStyle } from './page-style.ts';
import { groupTable } from './page-table.ts';
import { type Row, summarise } from './summary.ts';
import { type Verdict, verdictOf } from './verdict.ts';

interface Content {
  readonly results: Results;
  readonly figures: readonly Figure[];
  readonly rows: readonly Row[];
  readonly contestants: readonly string[];
  readonly verdict: Verdict;
  readonly draw: Draw;
}

/** In characters; samples that would make the page longer are in the file of results alone. */
const LONGEST_PAGE = 1_400_000;

/**
 * The comparison as one HTML file, which opens without a network and asks for nothing: verdict, charts, all figures, and
 * the samples themselves while they are not too many. It has no script.
 */
export async function renderHtml(results: Results, figures: readonly Figure[]): Promise<string> {
  const draw = await loadCharts();
  const rows = summarise(results, figures);
  const content: Content = {
    results,
    figures,
    rows,
    contestants: results.plan.contestants.map(({ name }) => name),
    verdict: verdictOf(results, rows, figures),
    draw,
  };
  return `<!DOCTYPE html>\n${pageOf(content).text}\n`;
}

function pageOf(content: Content): Markup {
  const title = `l3missd compare: ${listText(content.contestants)}`;
  const groups = groupsOf(content.figures);
  const sections = groups.map((group, index) => groupSection(content, group, index));
  const length = sections.reduce((sum, { text }) => sum + text.length, 0);
  const links = groups.map((group, index) => html`<li><a href="#group-${index}">${group}</a></li>`);
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(pageStyle)}</style>
</head>
<body>
${header(content)}
<main>
${verdictSection(content.verdict)}
<nav aria-label="Groups of figures"><ul>
${links}
<li><a href="#conditions">How it was measured</a></li>
</ul></nav>
${sections}
${conditions(content.results)}
</main>
${dataFooter(content, LONGEST_PAGE - length)}
</body>
</html>`;
}

/** Only the style sheet above, known by its hash, and nothing from anywhere. */
function policy(): string {
  const hash = createHash('sha256').update(pageStyle).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

function header({ contestants, results }: Content): Markup {
  const { machine, startedAt, interrupted } = results;
  const notice = interrupted
    ? html`<p class="notice">The run was interrupted: what it had not measured is shown as “-”.</p>`
    : NOTHING;
  return html`<header>
<h1>${listText(contestants)}, compared</h1>
<p class="quiet">by <code>l3missd compare</code> on ${startedAt.slice(0, 10)}, on ${machine.processor} with Linux ${machine.kernel}</p>
${notice}
</header>`;
}

function verdictSection({ lead, groups }: Verdict): Markup {
  const sentences = groups.map(({ group, brief }) => html`<strong>${group}:</strong> ${brief}`);
  return html`<section aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<p class="verdict">${lead}
${sentences}</p>
<p class="verdict quiet">Somebody is ahead where the values differ by more than 20 % in most rounds and every round agrees, or two rounds where the moment
that was disturbed least counts; in brackets stands by how much.</p></section>`;
}

function groupSection(content: Content, group: string, index: number): Markup {
  const { figures, rows, contestants, verdict, draw } = content;
  const own = figures.filter((figure) => figure.group === group);
  const charts = own
    .flatMap((figure) => chartsOf(figure, rows, contestants))
    .map((chart) => chartFigure(chart, draw));
  const text = verdict.groups.find((candidate) => candidate.group === group)?.text ?? '';
  const where = verdict.place === '' ? '' : `${verdict.place}: `;
  const ofGroup = rows.filter(({ figure }) => figure.group === group);
  return html`<section id="group-${index}" aria-labelledby="group-${index}-title"><h2 id="group-${index}-title">${group}</h2>
<p class="verdict">${where}${text}</p>
<div class="charts">
${charts}
</div>
<details open><summary>All figures: ${group}</summary>
${groupTable(group, ofGroup, contestants)}
</details></section>`;
}

function chartFigure(chart: Chart, draw: Draw): Markup {
  const { id, figure, where, lines } = chart;
  const values = lines.map(
    ({ contestant, points }) => `${contestant}: ${points.map(({ text }) => text).join(', ')}`,
  );
  const better = figure.better === 'less' ? 'Less is better.' : 'More is better.';
  const svg = draw(chart).replace('<svg ', '<svg aria-hidden="true" ');
  return html`<figure id="${id}" aria-labelledby="${id}-title"><h3 id="${id}-title">${figure.title}</h3>
<p class="where">${where}</p>
<div role="img" aria-label="${values.join('; ')}">${new Markup(svg)}</div>
<figcaption>${figure.sentence} ${better}</figcaption></figure>`;
}

function conditions(results: Results): Markup {
  const facts = factsOf(results).map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`);
  const sentences = results.leftOut.map((sentence) => html`<li>${sentence}</li>`);
  const leftOut =
    sentences.length === 0
      ? NOTHING
      : html`<h3>Left out</h3>
<ul>
${sentences}
</ul>`;
  return html`<section id="conditions" aria-labelledby="conditions-title"><h2 id="conditions-title">How it was measured</h2>
<dl>
${facts}
</dl>
${leftOut}
<p class="verdict quiet">A point is the value over all rounds; the bar behind it goes from the lowest to the highest of the rounds.
In the tables 3.2x is that many times the best of the row; &gt;3x and &lt;3x are what all rounds exceed, or none, where they leave the
ratio unknown by more than 10 %. Where all are equal none is the best.</p></section>`;
}

/** The data behind the page, for programs: in elements that no browser shows or runs. `room` is in characters. */
function dataFooter({ results, rows }: Content, room: number): Markup {
  const cells = rows.map(({ figure, nodes, active, cells }) => ({ figure: figure.id, nodes, active, cells }));
  const figures = jsonMarkup(cells);
  const whole = jsonMarkup(results);
  const fits = figures.text.length + whole.text.length <= room;
  const data = fits ? whole : jsonMarkup({ ...results, samples: [], setAside: [] });
  const what = fits
    ? 'All samples are in this file, as JSON in the element with the id “results”: what --from reads.'
    : 'The samples are too many for this file; the file that --json wrote has them.';
  return html`<footer class="quiet"><p>${what} The figures are in the element with the id “figures”.</p></footer>
<script type="application/json" id="figures">${figures}</script>
<script type="application/json" id="results">${data}</script>`;
}
