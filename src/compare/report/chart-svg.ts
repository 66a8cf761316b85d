import { CustomChart, type CustomSeriesOption, LineChart, type LineSeriesOption } from 'echarts/charts';
import {
  GridComponent,
  type GridComponentOption,
  LegendComponent,
  type LegendComponentOption,
} from 'echarts/components';
import { type ComposeOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Axis } from './axis.ts';
import type { Chart, Line } from './charts.ts';
import { colour, SERIES_COLOURS } from './palette.ts';
import { tidySvg } from './tidy-svg.ts';

use([LineChart, CustomChart, GridComponent, LegendComponent, SVGRenderer]);

type Option = ComposeOption<
  LineSeriesOption | CustomSeriesOption | GridComponentOption | LegendComponentOption
>;

/** In CSS pixels: no wider than the narrowest screen, so that its text is never drawn smaller there. */
export const CHART_WIDTH = 344;
const PLOT_HEIGHT = 190;
const LEGEND_ROW = 20;
const LEGEND_ABOVE = 4;
const LEGEND_COLUMNS = 2;
const LEGEND_LEFT = 24;
const LEGEND_ITEM = 30;
const ABOVE = 10;
const BELOW = 42;
const LEFT = 70;
const RIGHT = 16;
const FONT = 12;

/** Lines that lie on each other are told apart by their dashes, and markers by shape and size: the first is the largest. */
const DASHES = ['solid', [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4]] as const;
const MARKERS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'] as const;
const MARKER_SIZES = [11, 9, 9, 8, 10, 9] as const;

/**
 * The chart as SVG without script, style sheet or anything from outside. Its colours are the custom properties of the
 * palette, which whoever holds it must define; its font is inherited.
 */
export function chartSvg(chart: Chart): string {
  const legend = LEGEND_ABOVE + Math.ceil(chart.lines.length / LEGEND_COLUMNS) * LEGEND_ROW;
  const height = legend + ABOVE + PLOT_HEIGHT + BELOW;
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height });
  try {
    drawing.setOption(optionOf(chart, legend));
    return tidySvg(drawing.renderToSVGString({ useViewBox: true }));
  } finally {
    drawing.dispose();
  }
}

function optionOf(chart: Chart, legend: number): Option {
  return {
    animation: false,
    textStyle: { color: colour('ink'), fontFamily: 'inherit', fontSize: FONT },
    grid: { left: LEFT, right: RIGHT, top: legend + ABOVE, bottom: BELOW, outerBoundsMode: 'none' },
    legend: chart.lines.map((line, place) => legendEntry(line, place)),
    xAxis: { ...axisOption(chart.x, chart.xName), nameGap: 26, splitLine: { show: false } },
    yAxis: {
      ...axisOption(chart.y, chart.yName),
      nameGap: 55,
      splitLine: { lineStyle: { color: colour('line') } },
    },
    series: [...chart.lines.map(spreadSeries), ...chart.lines.map(lineSeries)],
  };
}

/** Each by itself, so that they stand in columns whatever their names are. */
function legendEntry({ contestant, index }: Line, place: number): LegendComponentOption {
  const column = (CHART_WIDTH - LEGEND_LEFT) / LEGEND_COLUMNS;
  return {
    data: [String(index)],
    formatter: () => contestant,
    left: LEGEND_LEFT + (place % LEGEND_COLUMNS) * column,
    top: LEGEND_ABOVE + Math.floor(place / LEGEND_COLUMNS) * LEGEND_ROW,
    padding: 0,
    itemWidth: LEGEND_ITEM,
    itemHeight: 9,
    selectedMode: false,
    textStyle: {
      color: colour('ink'),
      fontSize: FONT,
      // By the library's estimate, which wide fonts exceed by a quarter. The table has the name whole.
      width: (column - LEGEND_ITEM) * 0.7,
      overflow: 'truncate',
    },
  };
}

function axisOption({ min, max, ticks }: Axis, name: string) {
  const customValues = ticks.map(({ at }) => at);
  return {
    type: 'value' as const,
    min,
    max,
    name,
    nameLocation: 'middle' as const,
    // It would make room for a name that stands too near to long labels by moving it out of the picture.
    nameMoveOverlap: false,
    nameTextStyle: { color: colour('quiet'), fontSize: FONT },
    axisLine: { show: true, onZero: false, lineStyle: { color: colour('axis') } },
    axisTick: { show: true, customValues, lineStyle: { color: colour('axis') } },
    axisLabel: {
      customValues,
      color: colour('quiet'),
      fontSize: FONT,
      hideOverlap: true,
      formatter: (value: number) => labelAt(ticks, value),
    },
  };
}

function labelAt(ticks: Axis['ticks'], value: number): string {
  const near = ticks.toSorted((one, other) => Math.abs(one.at - value) - Math.abs(other.at - value))[0];
  return near?.label ?? '';
}

/** From the lowest to the highest of the rounds, behind the lines. */
function spreadSeries({ index, points }: Line): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    data: points.map(({ x, low, high }) => [x, low, high]),
    renderItem: (_, api) => {
      const [x1 = 0, y1 = 0] = api.coord([api.value(0), api.value(1)]);
      const [x2 = 0, y2 = 0] = api.coord([api.value(0), api.value(2)]);
      const style = { stroke: seriesColour(index), lineWidth: 4, opacity: 0.35, fill: 'none' };
      return { type: 'line', shape: { x1, y1, x2, y2 }, style };
    },
  };
}

function lineSeries({ index, points }: Line): LineSeriesOption {
  const look = index % MARKERS.length;
  const color = seriesColour(index);
  return {
    type: 'line',
    name: String(index),
    silent: true,
    clip: false,
    emphasis: { disabled: true },
    symbol: MARKERS[look] ?? 'circle',
    symbolSize: MARKER_SIZES[look] ?? 9,
    showAllSymbol: true,
    lineStyle: { width: 2, color, type: dashesOf(look) },
    itemStyle: { color },
    data: points.map(({ x, y }) => [x, y]),
  };
}

function dashesOf(look: number): 'solid' | number[] {
  const dashes = DASHES[look] ?? 'solid';
  return dashes === 'solid' ? dashes : [...dashes];
}

function seriesColour(index: number): string {
  return colour(SERIES_COLOURS[index % SERIES_COLOURS.length] ?? 'ink');
}
