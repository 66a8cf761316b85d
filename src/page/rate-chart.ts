import type uPlotTypes from 'uplot';
import { axis, Chart, type ChartOptions, drawMarks, HALF_A_TIME, timeAxis } from './chart.ts';
import { colour } from './colours.ts';
import { formatShort } from './formats.ts';
import { type Past, withoutSilence } from './rate-data.ts';
import { RATE_SERIES } from './rate-series.ts';

/** Misses per second by outcome over time, with a mark where the kernel dropped notifications. */
export class RateChart {
  readonly #chart: Chart;
  #past: Past = { times: [], rates: [], sums: [], overruns: [], p50: [], p99: [] };

  /**
   * @param onPoint called with the interval below the pointer, undefined when there is none
   * @param sync charts with the same key show the pointer at the same time
   */
  constructor(box: HTMLElement, sync: string, onPoint: (index: number | undefined) => void) {
    const options: ChartOptions = {
      padding: [8, HALF_A_TIME, 0, 0],
      series: [{}, ...RATE_SERIES.map(seriesOf)],
      scales: { y: { range: fromZero } },
      axes: [
        timeAxis(),
        axis({ size: 54, values: (_plot, splits) => splits.map((split) => formatShort(split)) }),
      ],
      cursor: pointer(sync),
      hooks: {
        draw: [(plot: uPlotTypes) => drawMarks(plot, this.#overruns(), 'refused')],
        setCursor: [(plot: uPlotTypes) => onPoint(plot.cursor.idx ?? undefined)],
      },
    };
    this.#chart = new Chart(box, options, columnsOf(this.#past));
  }

  show(past: Past): void {
    this.#past = past;
    this.#chart.show(columnsOf(past));
  }

  /** @param index in RATE_SERIES */
  setSeriesShown(index: number, isShown: boolean): void {
    this.#chart.setSeriesShown(index + 1, isShown);
  }

  #overruns(): [number, string][] {
    const { times, overruns } = this.#past;
    return overruns.flatMap((count, index): [number, string][] =>
      count > 0 ? [[times[index] ?? 0, 'overrun']] : [],
    );
  }
}

/** A cursor without zoom: the past moves on, and a part of it would run out of the picture. */
export function pointer(sync: string): uPlotTypes.Cursor {
  return {
    y: false,
    drag: { x: false, y: false, setScale: false },
    points: { size: 6 },
    sync: { key: sync },
  };
}

function seriesOf({ label, colour: name, dash }: (typeof RATE_SERIES)[number]): uPlotTypes.Series {
  return {
    label,
    stroke: () => colour(name),
    width: 2,
    ...(dash.length === 0 ? {} : { dash: [...dash] }),
    points: { show: false },
  };
}

function columnsOf({ times, rates }: Past): uPlotTypes.AlignedData {
  return [[...times], ...RATE_SERIES.map((_, index) => withoutSilence(rates[index] ?? []))];
}

/** Rates begin at 0, and a silent picture has some height too. */
function fromZero(_plot: uPlotTypes, _least: number, most: number): [number, number] {
  return [0, Math.max(1, most * 1.1)];
}
