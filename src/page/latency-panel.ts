import type { Latency } from '../status/latency.ts';
import type { Span } from '../status/span.ts';
import { byId, setFacts, setText } from './elements.ts';
import { formatCount, formatMicroseconds } from './formats.ts';
import { LatencyChart } from './latency-chart.ts';

/** How long answers took in the last minute or hour. */
export class LatencyPanel {
  readonly #box = byId('latency-chart', HTMLDivElement);
  readonly #title = byId('latency-title', HTMLHeadingElement);
  readonly #facts = byId('quantiles', HTMLDListElement);
  readonly #chart = new LatencyChart(this.#box);

  show(latency: Latency, span: Span): void {
    const facts: [string, string][] = [
      ['p50', formatMicroseconds(latency.p50)],
      ['p90', formatMicroseconds(latency.p90)],
      ['p99', formatMicroseconds(latency.p99)],
      ['p99.9', formatMicroseconds(latency.p999)],
      ['answers', formatCount(latency.count)],
    ];
    this.#chart.show(latency);
    setText(this.#title, `Latency in the last ${span}`);
    setFacts(this.#facts, facts);
    this.#box.ariaLabel = `Chart of the latency of answers in the last ${span}. ${facts.map((fact) => fact.join(' ')).join(', ')}.`;
  }
}
