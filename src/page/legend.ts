import { make, setText } from './elements.ts';
import { formatCount, formatRate } from './formats.ts';
import type { Past } from './rate-data.ts';
import { RATE_SERIES, type RateSeries } from './rate-series.ts';

const SVG = 'http://www.w3.org/2000/svg';

interface LegendRow {
  readonly element: HTMLTableRowElement;
  readonly rate: HTMLTableCellElement;
  readonly sum: HTMLTableCellElement;
}

/** The lines of the rate chart in words and numbers, each with a box that hides it. */
export class Legend {
  readonly #rows: readonly LegendRow[];

  /** @param onToggle called with a place in RATE_SERIES */
  constructor(body: HTMLTableSectionElement, onToggle: (index: number, isShown: boolean) => void) {
    this.#rows = RATE_SERIES.map((series, index) => legendRow(series, (isShown) => onToggle(index, isShown)));
    body.append(...this.#rows.map(({ element }) => element));
  }

  /** @param at the interval whose rates are shown */
  show({ rates, sums }: Past, at: number): void {
    for (const [index, { element, rate, sum }] of this.#rows.entries()) {
      const total = sums[index] ?? 0;
      setText(rate, formatRate(rates[index]?.[at] ?? 0));
      setText(sum, formatCount(total));
      element.classList.toggle('none', total === 0);
    }
  }
}

function legendRow({ label, colour, dash }: RateSeries, onToggle: (isShown: boolean) => void): LegendRow {
  const box = make('input');
  box.type = 'checkbox';
  box.checked = true;
  box.addEventListener('change', () => onToggle(box.checked));
  const name = make('label');
  name.append(box, swatch(colour, dash), label);
  const head = make('th');
  head.scope = 'row';
  head.append(name);
  const rate = make('td', '', 'number');
  const sum = make('td', '', 'number');
  const element = make('tr');
  element.append(head, rate, sum);
  return { element, rate, sum };
}

/** A piece of the line as the chart draws it. */
function swatch(colour: string, dash: readonly number[]): SVGSVGElement {
  const picture = document.createElementNS(SVG, 'svg');
  picture.classList.add('swatch');
  picture.ariaHidden = 'true';
  const line = document.createElementNS(SVG, 'line');
  for (const [name, value] of [
    ['x1', '0'],
    ['y1', '5'],
    ['x2', '26'],
    ['y2', '5'],
  ] as const) {
    line.setAttribute(name, value);
  }
  line.style.stroke = `var(--${colour})`;
  line.style.strokeDasharray = dash.join(' ');
  picture.append(line);
  return picture;
}
