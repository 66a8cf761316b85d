import { html, type Markup, NOTHING } from './html.ts';
import { inScale, type Scale, scaleFor, shareText } from './numbers.ts';
import { ratioMark } from './ratio-mark.ts';
import { type Cell, cellOf, type Row } from './summary.ts';

/** All rows of a group as a table that scrolls by itself on a narrow screen, with the keyboard too. */
export function groupTable(group: string, rows: readonly Row[], contestants: readonly string[]): Markup {
  const byActive = rows.some(({ active }) => active !== undefined);
  const shareHead = byActive ? html`<th scope="col">active</th>` : NOTHING;
  const heads = contestants.map((name) => html`<th scope="col">${name}</th>`);
  const lines = rows.map((row, index) => {
    const first = rows[index - 1]?.figure !== row.figure;
    const height = rows.filter(({ figure }) => figure === row.figure).length;
    const title = first
      ? html`<th scope="rowgroup" class="name" rowspan="${height}">${row.figure.title}</th>`
      : NOTHING;
    return lineOf(row, title, byActive, contestants);
  });
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Figures: ${group}"><table>
<thead><tr><th scope="col" class="name">figure</th><th scope="col">nodes</th>${shareHead}${heads}</tr></thead>
<tbody>
${lines}
</tbody></table></div>`;
}

function lineOf(row: Row, title: Markup, byActive: boolean, contestants: readonly string[]): Markup {
  const share = row.active === undefined ? '' : shareText(row.active);
  const scale = scaleFor(
    row.figure.unit,
    row.cells.map(({ value }) => value),
  );
  const cells = contestants.map((name) => cellMarkup(cellOf(row, name), scale));
  const shareCell = byActive ? html`<td>${share}</td>` : NOTHING;
  return html`<tr>${title}<td>${row.nodes.toLocaleString('en')}</td>${shareCell}${cells}</tr>`;
}

function cellMarkup(cell: Cell | undefined, scale: Scale): Markup {
  if (cell === undefined) {
    return html`<td>-<span class="mark"></span></td>`;
  }
  const { value, best } = cell;
  const text = inScale(value, scale);
  if (best) {
    return html`<td class="best">${text}<span class="mark"><span>best</span></span></td>`;
  }
  return html`<td>${text}<span class="mark">${ratioMark(cell)}</span></td>`;
}
