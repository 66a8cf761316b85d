import { Registry } from 'prom-client';
import type { StatusSources } from '../api.ts';
import type { Route } from '../http-server.ts';
import { readQuestion } from '../question.ts';
import { entryFamilies } from './entry-families.ts';
import { type Family, type Moment, register } from './family.ts';
import { kernelFamilies } from './kernel-families.ts';
import { LatencyMetric } from './latency-metric.ts';
import { leaseFamilies } from './lease-families.ts';
import { missFamilies } from './miss-families.ts';
import { processFamilies } from './process-families.ts';

export type MetricSources = Pick<StatusSources, 'stats' | 'observer' | 'kernel'>;

/** All metrics but the histogram of latencies (see LATENCY). */
export function allFamilies(): Family[] {
  return [
    ...missFamilies(),
    ...entryFamilies(),
    ...leaseFamilies(),
    ...kernelFamilies(),
    ...processFamilies(),
  ];
}

/** Answers with all metrics in Prometheus' text format, version 0.0.4. */
export function metricsRoute({ stats, observer, kernel }: MetricSources): Route {
  const registry = new Registry();
  let moment: Moment | undefined;
  const current = () => {
    moment ??= { stats: stats(), observer, kernel: kernel() };
    return moment;
  };
  new LatencyMetric(registry, () => observer.latencies());
  for (const family of allFamilies()) {
    register(registry, family, current);
  }
  return (parameters) =>
    readQuestion(parameters, [], async () => {
      // The registry asks every metric before it first waits, so one moment is that of one answer.
      moment = undefined;
      const body = await registry.metrics();
      return { status: 200, type: registry.contentType, body };
    });
}
