import { Histogram, type Registry } from 'prom-client';
import { countBelow, type Distribution } from '../../misses/recording/latency-histogram.ts';

export const LATENCY = {
  name: 'l3missd_miss_latency_seconds',
  help: 'From the return of the read that brought a miss to the return of the write that answered it.',
} as const;

/** Powers of two from 2^10 ns (1 us) to 2^30 ns (1.1 s): at those the recording's counts are exact. */
const POWERS = Array.from({ length: 21 }, (_, index) => 2 ** (10 + index));

const PER_SECOND = 1e9;

/** The recorded latencies as a histogram. prom-client's own can only be told of one at a time. */
export class LatencyMetric extends Histogram {
  readonly #read: () => Distribution;

  constructor(registry: Registry, read: () => Distribution) {
    super({ ...LATENCY, buckets: POWERS.map((power) => power / PER_SECOND), registers: [registry] });
    this.#read = read;
  }

  /**
   * What the registry asks of a histogram (prom-client 15.1, lib/registry.js; its declarations leave it out). The count is
   * that of the buckets: the writer goes on while they are read, and no bucket may hold more than all.
   */
  async getForPromString() {
    const distribution = this.#read();
    const count = distribution.buckets.reduce((total, bucket) => total + bucket, 0);
    return {
      ...LATENCY,
      type: 'histogram',
      values: [
        ...POWERS.map((power) => bucket(power / PER_SECOND, countBelow(distribution, power))),
        bucket('+Inf', count),
        value('sum', distribution.sum / PER_SECOND),
        value('count', count),
      ],
    };
  }
}

function bucket(le: number | string, count: number) {
  return { ...value('bucket', count), labels: { le } };
}

function value(suffix: string, amount: number) {
  return { metricName: `${LATENCY.name}_${suffix}`, labels: {}, sharedLabels: {}, value: amount };
}
