import type { History } from '../status/history.ts';
import type { Span } from '../status/span.ts';
import { byId, setText } from './elements.ts';
import { formatCount, formatMany, formatRate, formatTime } from './formats.ts';
import { Legend } from './legend.ts';
import { RateChart } from './rate-chart.ts';
import { type Past, pastOf } from './rate-data.ts';
import { RATE_SERIES } from './rate-series.ts';
import { TrendChart } from './trend-chart.ts';

/** The two charts over time move their pointers together. */
const SYNC = 'past';

/** The last minute or the last hour: rates by outcome, latency, and the numbers below the pointer. */
export class PastPanel {
  readonly #box = byId('rate-chart', HTMLDivElement);
  readonly #when = byId('legend-when', HTMLTableCellElement);
  readonly #inAll = byId('legend-all', HTMLTableCellElement);
  readonly #overruns = byId('overruns', HTMLParagraphElement);
  readonly #hour = byId('span-hour', HTMLInputElement);
  readonly #rates: RateChart;
  readonly #trend: TrendChart;
  readonly #legend: Legend;
  /** Called when the reader wants to see more or less of the past. */
  onSpan: () => void = () => undefined;
  #history: History | undefined;
  #past: Past | undefined;
  #point: number | undefined;

  constructor() {
    this.#rates = new RateChart(this.#box, SYNC, (index) => {
      this.#point = index;
      this.#showNumbers();
    });
    this.#trend = new TrendChart(byId('trend-chart', HTMLDivElement), SYNC);
    this.#legend = new Legend(byId('legend', HTMLTableSectionElement), (index, isShown) =>
      this.#rates.setSeriesShown(index, isShown),
    );
    for (const input of [this.#hour, byId('span-minute', HTMLInputElement)]) {
      input.addEventListener('change', () => {
        this.#draw();
        this.onSpan();
      });
    }
  }

  get span(): Span {
    return this.#hour.checked ? 'hour' : 'minute';
  }

  show(history: History): void {
    this.#history = history;
    this.#draw();
  }

  #draw(): void {
    if (this.#history === undefined) {
      return;
    }
    const { seconds, tenSeconds } = this.#history;
    const past = pastOf(this.span === 'hour' ? tenSeconds : seconds, this.span);
    this.#past = past;
    this.#rates.show(past);
    this.#trend.show(past);
    this.#showNumbers();
    const overruns = past.overruns.reduce((sum, count) => sum + count, 0);
    this.#overruns.hidden = overruns === 0;
    setText(
      this.#overruns,
      `${formatMany(overruns, 'overrun')} in the last ${this.span}: the kernel dropped notifications, and a dump of its table found the misses that waited.`,
    );
  }

  #showNumbers(): void {
    const past = this.#past;
    if (past === undefined) {
      return;
    }
    const last = past.times.length - 1;
    const at = Math.min(this.#point ?? last, last);
    this.#legend.show(past, at);
    const time = formatTime(new Date((past.times[at] ?? 0) * 1000));
    setText(this.#when, this.#point === undefined ? 'per second now' : `per second at ${time}`);
    setText(this.#inAll, `in the last ${this.span}`);
    this.#box.ariaLabel = `Chart of misses per second in the last ${this.span}. ${summaryOf(past)}`;
  }
}

/** What the chart shows, for those who do not see it; the table beside it has the numbers. */
function summaryOf({ rates, sums }: Past): string {
  const parts = RATE_SERIES.flatMap(({ label }, index) =>
    (sums[index] ?? 0) === 0
      ? []
      : [
          `${label}: ${formatCount(sums[index] ?? 0)}, at most ${formatRate(Math.max(...(rates[index] ?? [])))} per second`,
        ],
  );
  return parts.length === 0 ? 'No misses.' : `${parts.join('; ')}.`;
}
