import type { Latency } from '../status/latency.ts';
import { byId, setFacts } from './elements.ts';
import { formatCount, formatMicroseconds } from './formats.ts';
import { LatencyChart } from './latency-chart.ts';

/** How long answers took since the daemon's start. */
export class LatencyPanel {
  readonly #box = byId('latency-chart', HTMLDivElement);
  readonly #facts = byId('quantiles', HTMLDListElement);
  readonly #chart = new LatencyChart(this.#box);

  show(latency: Latency): void {
    const facts: [string, string][] = [
      ['p50', formatMicroseconds(latency.p50)],
      ['p90', formatMicroseconds(latency.p90)],
      ['p99', formatMicroseconds(latency.p99)],
      ['p99.9', formatMicroseconds(latency.p999)],
      ['answers', formatCount(latency.count)],
    ];
    this.#chart.show(latency);
    setFacts(this.#facts, facts);
    this.#box.ariaLabel = `Chart of the latency of answers. ${facts.map((fact) => fact.join(' ')).join(', ')}.`;
  }
}
