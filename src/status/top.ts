import { z } from 'zod';

const count = z.int().nonnegative();

/** What was asked for most since the daemon's start; subnets: in the span that was asked for. */
export const topSchema = z.object({
  destinations: z.array(z.object({ destination: z.string(), misses: count })),
  /** By how much the misses of a destination may be too few; those of a subnet are exact. */
  destinationError: count,
  subnets: z.array(z.object({ subnet: z.string(), misses: count })),
  /** How many subnets had a miss, of which `subnets` are those with most. */
  subnetCount: count,
  /** Misses of subnets beyond the 16,384 that are told apart. */
  otherSubnets: count,
});

export type Top = z.infer<typeof topSchema>;
