/** Each power of two is cut into so many buckets: a bucket's middle is within 1/128 (0.8 %) of all that it holds. */
const STEPS = 64;
const STEP_BITS = 6;

/** The largest that is told apart: 2^31 - 1 ns, 2.1 s. What is longer counts as that. */
const LONGEST_NS = 0x7fff_ffff;

const BUCKETS = (31 - STEP_BITS + 1) * STEPS;

/** Numbers before the buckets: how many latencies there were, and their sum in nanoseconds. */
const COUNT_AT = 0;
const SUM_AT = 1;
const HEADER = 2;

/** A distribution at one moment: `buckets[i]` latencies lie from `lowerEdge(i)` up to `lowerEdge(i + 1)` nanoseconds. */
export interface Distribution {
  readonly count: number;
  /** Nanoseconds. */
  readonly sum: number;
  readonly buckets: Float64Array;
}

/**
 * Latencies in shared memory, one writer and any number of readers: up to 2.1 s, each within 1 % of what it was. The
 * layout is that of HdrHistogram: equal steps within each power of two.
 */
export class LatencyHistogram {
  readonly memory: SharedArrayBuffer;
  readonly #values: Float64Array;

  constructor(memory = new SharedArrayBuffer((HEADER + BUCKETS) * Float64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#values = new Float64Array(memory);
  }

  /** Takes the latency at that place of an array: milliseconds, 0 or more. */
  note(from: Float64Array, index: number): void {
    const values = this.#values;
    const nanoseconds = Math.min((from[index] ?? 0) * 1e6, LONGEST_NS) | 0;
    const place = HEADER + bucketOf(nanoseconds);
    values[place] = (values[place] ?? 0) + 1;
    values[SUM_AT] = (values[SUM_AT] ?? 0) + nanoseconds;
    values[COUNT_AT] = (values[COUNT_AT] ?? 0) + 1;
  }

  /** How many were noted so far. */
  get count(): number {
    return this.#values[COUNT_AT] ?? 0;
  }

  /** What was noted so far. Latencies that are noted meanwhile may be counted in one of the numbers and not in the other. */
  read(): Distribution {
    const values = this.#values.slice();
    return { count: values[COUNT_AT] ?? 0, sum: values[SUM_AT] ?? 0, buckets: values.subarray(HEADER) };
  }
}

/** What was noted between two readings of one histogram. */
export function difference(after: Distribution, before: Distribution): Distribution {
  return {
    count: after.count - before.count,
    sum: after.sum - before.sum,
    buckets: after.buckets.map((count, place) => count - (before.buckets[place] ?? 0)),
  };
}

/** Nothing noted. */
export function noLatencies(): Distribution {
  return { count: 0, sum: 0, buckets: new Float64Array(BUCKETS) };
}

/**
 * The latency that a share of all do not exceed, in nanoseconds, within 1 %; undefined when there are none.
 *
 * @param share above 0, at most 1
 */
export function quantile({ buckets }: Distribution, share: number): number | undefined {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  let left = Math.ceil(total * share);
  if (total === 0) {
    return undefined;
  }
  for (const [place, count] of buckets.entries()) {
    left -= count;
    if (left <= 0) {
      return (lowerEdge(place) + lowerEdge(place + 1) - 1) / 2;
    }
  }
  return LONGEST_NS;
}

/** How many lie below so many nanoseconds; exact for powers of two. */
export function countBelow({ buckets }: Distribution, nanoseconds: number): number {
  const end = bucketOf(Math.min(nanoseconds, LONGEST_NS));
  let count = 0;
  for (let place = 0; place < end; place++) {
    count += buckets[place] ?? 0;
  }
  return count;
}

/** The smallest latency of a bucket, in nanoseconds. */
export function lowerEdge(place: number): number {
  const power = Math.floor(place / STEPS);
  const step = place % STEPS;
  return power === 0 ? step : (STEPS + step) * 2 ** (power - 1);
}

/** Below 64 ns each nanosecond has a bucket of its own. */
function bucketOf(nanoseconds: number): number {
  if (nanoseconds < STEPS) {
    return nanoseconds;
  }
  const shift = 31 - Math.clz32(nanoseconds) - STEP_BITS;
  return (shift + 1) * STEPS + ((nanoseconds >> shift) - STEPS);
}
