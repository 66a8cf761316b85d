import { z } from 'zod';

/** Measured values of one figure, in one round. */
const sample = z.strictObject({
  /** Of the series, as `FIGURES` names it: `first.latency`. */
  series: z.string(),
  contestant: z.string(),
  nodes: z.int().positive(),
  /** The share of nodes that is talked to, above 0 and at most 1; absent where traffic plays no part. */
  active: z.number().positive().max(1).optional(),
  /** From 1 on. */
  round: z.int().positive(),
  /** All that was measured, in the unit of the series; one value as a rule, thousands for latencies. */
  values: z.array(z.number()),
});

const machine = z.strictObject({
  processor: z.string(),
  processors: z.int().positive(),
  memoryMiB: z.int().positive(),
  kernel: z.string(),
  node: z.string(),
  l3missd: z.string(),
  /** Whether it ran as root, outside of a user namespace. */
  root: z.boolean(),
  /** Sysctls by their path below /proc/sys; those that are out of reach are left out. */
  limits: z.record(z.string(), z.number()),
});

const plan = z.strictObject({
  /** Modes of ours, then peers, in the order in which they are shown. */
  contestants: z.array(z.strictObject({ name: z.string(), kind: z.enum(['mode', 'peer']) })).min(1),
  nodes: z.array(z.int().positive()).min(1),
  active: z.array(z.number().positive().max(1)).min(1),
  podsPerNode: z.int().positive(),
  rounds: z.int().positive(),
});

/** Everything that a comparison found, as it is written to and read from JSON. */
export const results = z.strictObject({
  format: z.literal(2),
  /** ISO 8601. */
  startedAt: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  /** Ended before it had measured everything: what there is counts all the same. */
  interrupted: z.boolean(),
  machine,
  plan,
  /** What was not measured and why, a sentence each. */
  leftOut: z.array(z.string()),
  samples: z.array(sample),
  /** Samples of each round that was taken again, because the hypervisor gave too much of its time to other machines. */
  setAside: z.array(z.array(sample)).default([]),
  /** Share of the processors' time that it gave to them in all; absent in what earlier versions wrote. */
  stolen: z.number().nonnegative().optional(),
});

export type Results = z.infer<typeof results>;
export type Sample = z.infer<typeof sample>;
export type ComparisonPlan = z.infer<typeof plan>;
