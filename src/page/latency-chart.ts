import type uPlotTypes from 'uplot';
import type { Latency } from '../status/latency.ts';
import { axis, Chart, type ChartOptions, drawMarks } from './chart.ts';
import { colour } from './colours.ts';
import { formatMicroseconds } from './formats.ts';
import { barsOf, latencyAt, placeOf } from './latency-data.ts';
import uPlot from './uplot.js';

/** How the latencies are spread: a bar for each doubling, and marks at the quantiles. */
export class LatencyChart {
  readonly #chart: Chart;
  #marks: (readonly [number, string])[] = [];

  constructor(box: HTMLElement) {
    const paths = uPlot.paths.bars?.({ size: [0.92, 200] });
    const bars = {
      label: 'share',
      stroke: () => colour('answered'),
      fill: () => colour('bar'),
      width: 1,
      points: { show: false },
      ...(paths === undefined ? {} : { paths }),
    };
    const options: ChartOptions = {
      padding: [8, 20, 0, 0],
      series: [{}, bars],
      scales: { x: { time: false, range: halfBarWider }, y: { range: fromZero } },
      axes: [
        axis({ size: 26, space: 48, incrs: [1, 2, 4, 8], values: (_plot, splits) => splits.map(edge) }),
        axis({ size: 54, values: (_plot, splits) => splits.map((split) => `${split} %`) }),
      ],
      cursor: { show: false },
      hooks: { draw: [(plot: uPlotTypes) => drawMarks(plot, this.#marks, 'ink')] },
    };
    this.#chart = new Chart(box, options, [[], []]);
  }

  show(latency: Latency): void {
    const { places, shares } = barsOf(latency);
    const quantiles = [
      [latency.p50, 'p50'],
      [latency.p90, 'p90'],
      [latency.p99, 'p99'],
    ] as const;
    this.#marks = quantiles.flatMap(([value, word]) =>
      value === null || value <= 0 ? [] : [[placeOf(value), word] as const],
    );
    this.#chart.show([[...places], [...shares]]);
  }
}

/** The bars are where their middles are, and need half a bar more at either end. */
function halfBarWider(_plot: uPlotTypes, least: number | null, most: number | null): [number, number] {
  return [(least ?? 0) - 0.5, (most ?? 5) + 0.5];
}

function fromZero(_plot: uPlotTypes, _least: number, most: number): [number, number] {
  return [0, Math.max(1, most * 1.1)];
}

/** Powers of two in two digits: 2.048 us is `2 µs`, 1048.6 us is `1 ms`. */
function edge(place: number): string {
  return formatMicroseconds(Number(latencyAt(place).toPrecision(2)));
}
