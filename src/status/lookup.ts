import { z } from 'zod';
import { MODE_NAMES } from '../overlay/modes.ts';
import { remedySchema } from './finding.ts';
import { missSchema } from './miss.ts';

/** The story of one address. */
export const lookupSchema = z.object({
  address: z.string(),
  mode: z.enum(MODE_NAMES),
  /** Whose it is: another host's by its lease; this host's; nobody's in the network; not the overlay's at all. */
  relation: z.enum(['remote', 'own', 'nobody', 'outside']),
  lease: z.object({ subnet: z.string(), owner: z.string(), mac: z.string() }).nullable(),
  /** What the mode does about it, in one sentence. */
  decision: z.string(),
  /** The kernel's route; null when there is none. */
  route: z
    .object({
      destination: z.string(),
      device: z.string().nullable(),
      gateway: z.string().nullable(),
      protocol: z.int(),
    })
    .nullable(),
  /** The kernel's entry for the address, or for the gateway of its route. */
  neighbour: z
    .object({
      address: z.string(),
      mac: z.string().nullable(),
      /** As `ip neigh` writes it: PERMANENT, STALE. */
      state: z.string(),
      /** Whether it carries the agent's mark. */
      ours: z.boolean(),
    })
    .nullable(),
  /** Where the device sends frames for that neighbour's MAC. */
  forwarding: z.object({ mac: z.string(), endpoint: z.string().nullable() }).nullable(),
  /** The latest of the journal, oldest first. */
  misses: z.array(missSchema),
  /** What is wrong, and what mends it. */
  problems: z.array(z.object({ found: z.string(), ...remedySchema.shape })),
});

export type Lookup = z.infer<typeof lookupSchema>;
