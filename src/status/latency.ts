import { z } from 'zod';
import { countBelow, type Distribution, quantile } from '../misses/recording/latency-histogram.ts';

/** From the return of the read to the return of the write: of the span that was asked for, or since the daemon's start. */
export const latencySchema = z.object({
  count: z.int().nonnegative(),
  /** Microseconds, within 1 %; null when there were none. */
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p99: z.number().nullable(),
  p999: z.number().nullable(),
  /** How many took less than so many microseconds, and not less than the bucket before. */
  buckets: z.array(z.object({ below: z.number(), count: z.int().nonnegative() })),
});

export type Latency = z.infer<typeof latencySchema>;

/** Powers of two from 2^10 ns (1 us) to 2^31 ns (2.1 s): at those the histogram's counts are exact. */
const POWERS = Array.from({ length: 22 }, (_, index) => 2 ** (10 + index));

export function describeLatency(distribution: Distribution): Latency {
  const share = (part: number) => {
    const nanoseconds = quantile(distribution, part);
    return nanoseconds === undefined ? null : Math.round(nanoseconds / 100) / 10;
  };
  const below = POWERS.map((power, index) =>
    index === POWERS.length - 1 ? distribution.count : countBelow(distribution, power),
  );
  return {
    count: distribution.count,
    p50: share(0.5),
    p90: share(0.9),
    p99: share(0.99),
    p999: share(0.999),
    buckets: POWERS.map((power, index) => ({
      below: power / 1000,
      count: Math.max(0, (below[index] ?? 0) - (below[index - 1] ?? 0)),
    })),
  };
}
