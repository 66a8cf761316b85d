import { z } from 'zod';

/** What is to be done about something. */
export const remedySchema = z.object({
  /** A command for a root's shell that mends it, or that is the next step; null when nothing is wrong, or no command does. */
  mend: z.string().nullable(),
  /** What to know of the command: where it belongs, what comes after it; or what to do where there is none. */
  note: z.string().nullable(),
});

export type Remedy = z.infer<typeof remedySchema>;

/** What one check of `l3missd doctor` came to. */
export const findingSchema = z.object({
  /** What was looked at, in two or three words: `host forwarding`. */
  check: z.string(),
  /** `doubtful`: it works, and may not for long; `unknown`: it could not be looked at. */
  state: z.enum(['good', 'doubtful', 'bad', 'unknown']),
  /** What was found, in one sentence without a full stop. */
  found: z.string(),
  ...remedySchema.shape,
});

export type Finding = z.infer<typeof findingSchema>;
