import { codeOf } from '../../base/errno.ts';
import { Fault } from '../../base/fault.ts';
import type { Chart } from './charts.ts';

/** Charts cannot be drawn. */
export class ChartsFault extends Fault {}

/** Draws a chart as SVG. */
export type Draw = (chart: Chart) => string;

/**
 * Loads what draws charts, which the daemon never needs: its library is an optional dependency.
 *
 * @throws ChartsFault when it is not installed
 */
export async function loadCharts(): Promise<Draw> {
  try {
    return (await import('./chart-svg.ts')).chartSvg;
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') {
      throw error;
    }
    throw new ChartsFault(
      'charts',
      'echarts is not installed',
      'an installation with optional dependencies',
      error,
    );
  }
}
