import type uPlotTypes from 'uplot';
import { axis, Chart, type ChartOptions, HALF_A_TIME, timeAxis } from './chart.ts';
import { colour } from './colours.ts';
import { formatMicroseconds } from './formats.ts';
import { pointer } from './rate-chart.ts';
import type { Past } from './rate-data.ts';

/** The latency that half of the answers, and all but a hundredth, did not exceed, over time. */
export class TrendChart {
  readonly #chart: Chart;

  /** @param sync see RateChart */
  constructor(box: HTMLElement, sync: string) {
    const options: ChartOptions = {
      padding: [8, HALF_A_TIME, 0, 0],
      series: [{}, seriesOf('p50', []), seriesOf('p99', [6, 3])],
      scales: { y: { distr: 3, range: wholePowers } },
      axes: [
        timeAxis(),
        axis({ size: 54, values: (_plot, splits) => splits.map(labelOf) }, wholePowersAlone),
      ],
      cursor: pointer(sync),
    };
    this.#chart = new Chart(box, options, [[], [], []]);
  }

  show({ times, p50, p99 }: Past): void {
    this.#chart.show([[...times], p50.map(drawable), p99.map(drawable)]);
  }
}

function seriesOf(label: string, dash: number[]): uPlotTypes.Series {
  return {
    label,
    stroke: () => colour(label),
    width: 2,
    ...(dash.length === 0 ? {} : { dash }),
    // Misses may be rare: a value between two that are not there would be no line at all.
    points: { show: true, size: 4, fill: () => colour(label) },
  };
}

/** A logarithm has no 0; a tenth of a microsecond is the finest that is told. */
function drawable(microseconds: number | null): number | null {
  return microseconds === null ? null : Math.max(microseconds, 0.1);
}

/** From one power of ten to another, so that both ends have a label. */
function wholePowers(_plot: uPlotTypes, least: number | null, most: number | null): [number, number] {
  const low = 10 ** Math.floor(Math.log10(least ?? 10));
  const high = 10 ** Math.ceil(Math.log10(most ?? 1000));
  return [low, high > low ? high : low * 10];
}

/** The lines between would be a grey area. */
function wholePowersAlone(_plot: uPlotTypes, splits: number[]): (number | null)[] {
  return splits.map((split) => (isWholePower(split) ? split : null));
}

function labelOf(split: number | null): string {
  return split === null ? '' : formatMicroseconds(split);
}

function isWholePower(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6;
}
