import type uPlotTypes from 'uplot';
import { colour, onSchemeChange } from './colours.ts';
import { formatTime } from './formats.ts';
import uPlot from './uplot.js';

export type ChartOptions = Omit<uPlotTypes.Options, 'width' | 'height' | 'legend'>;

const FONT = '12px system-ui, sans-serif';

/** A chart that fills its box and follows its size and the reader's colour scheme. */
export class Chart {
  readonly #plot: uPlotTypes;

  constructor(box: HTMLElement, options: ChartOptions, data: uPlotTypes.AlignedData) {
    const size = () => ({ width: Math.max(box.clientWidth, 1), height: Math.max(box.clientHeight, 1) });
    this.#plot = new uPlot({ ...options, ...size(), legend: { show: false } }, data, box);
    // Within the callback itself a new size would be one more change to observe, which browsers report as an error.
    new ResizeObserver(() => requestAnimationFrame(() => this.#plot.setSize(size()))).observe(box);
    onSchemeChange(() => this.#plot.redraw());
  }

  show(data: uPlotTypes.AlignedData): void {
    this.#plot.setData(data);
  }

  /** Draws again what a hook draws. */
  redraw(): void {
    this.#plot.redraw();
  }

  setSeriesShown(index: number, isShown: boolean): void {
    this.#plot.setSeries(index, { show: isShown });
  }
}

/** An axis in the page's colours. @param filter leaves out what is not to be drawn: neither line nor label */
export function axis(options: uPlotTypes.Axis, filter?: uPlotTypes.Axis.Filter): uPlotTypes.Axis {
  const filtered = filter === undefined ? {} : { filter };
  const line = { stroke: () => colour('line'), width: 1, ...filtered };
  return {
    ...{ stroke: () => colour('quiet'), font: FONT, gap: 4 },
    ...{ grid: line, ticks: { ...line, size: 4 } },
    ...filtered,
    ...options,
  };
}

/** Room at the right of a time axis, in CSS pixels: the last label has its middle below the end of the lines. */
export const HALF_A_TIME = 30;

/** The time of day, with seconds where an hour would show each minute once. */
export function timeAxis(): uPlotTypes.Axis {
  return axis({
    size: 26,
    space: 70,
    values: (_plot, splits) => splits.map((seconds) => formatTime(new Date(seconds * 1000))),
  });
}

/** How high a word at a mark is, in CSS pixels. */
const ROW = 15;

/** Upright lines at places of the x axis, with a word at the top of each. */
export function drawMarks(
  plot: uPlotTypes,
  marks: readonly (readonly [place: number, word: string])[],
  ink: string,
): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour(ink);
  ctx.fillStyle = colour(ink);
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  for (const [index, [place, word]] of marks.entries()) {
    const x = Math.round(plot.valToPos(place, 'x', true));
    if (x >= bbox.left && x <= bbox.left + bbox.width) {
      // Neighbouring words would cover each other on one line, and a line from the top would cross the word to its left.
      const top = bbox.top + (index % 3) * ROW * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillText(word, x + 3 * devicePixelRatio, top);
    }
  }
  ctx.restore();
}
