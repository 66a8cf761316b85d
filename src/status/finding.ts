import { z } from 'zod';

/** What one check of `l3missd doctor` came to. */
export const findingSchema = z.object({
  /** What was looked at, in two or three words: `host forwarding`. */
  check: z.string(),
  /** `doubtful`: it works, and may not for long; `unknown`: it could not be looked at. */
  state: z.enum(['good', 'doubtful', 'bad', 'unknown']),
  /** What was found, in one sentence without a full stop. */
  found: z.string(),
  /** The command that mends it, or what else does; null when nothing is wrong. */
  mend: z.string().nullable(),
});

export type Finding = z.infer<typeof findingSchema>;
