import { z } from 'zod';

/** Destinations as numbers, as in src/net/ipv4.ts. */
const destinations = z.array(z.int().nonnegative());

/** What the traffic program is asked, one JSON object in a line. Times are milliseconds. */
export const requestSchema = z.discriminatedUnion('verb', [
  /** One after another, two requests each. */
  z.strictObject({ verb: z.literal('scan'), destinations, patience: z.number() }),
  /** One request each as fast as they can be sent, then the replies. */
  z.strictObject({ verb: z.literal('burst'), destinations, patience: z.number() }),
  /** One request each, with at most `window` unanswered at a time. */
  z.strictObject({
    verb: z.literal('touch'),
    destinations,
    window: z.int().positive(),
    patience: z.number(),
  }),
  /** Round and round, for a time, with at most `window` unanswered. */
  z.strictObject({
    verb: z.literal('flood'),
    destinations,
    window: z.int().positive(),
    duration: z.number(),
  }),
  /** Again and again until each has answered, or has fallen silent. */
  z.strictObject({
    verb: z.literal('until'),
    destinations,
    wanted: z.enum(['answers', 'silence']),
    patience: z.number(),
  }),
]);

export type TrafficRequest = z.infer<typeof requestSchema>;

/** What it says when it is ready. */
export const readySchema = z.strictObject({ receiveBytes: z.int() });

/** Microseconds of the first and of the second round trip; null where no reply came. */
export const scanSchema = z.strictObject({
  first: z.array(z.number().nullable()),
  second: z.array(z.number().nullable()),
});

export const burstSchema = z.strictObject({
  sent: z.int(),
  answered: z.int(),
  /** Milliseconds from the first request to the last reply; null without one. */
  last: z.number().nullable(),
});

export const touchSchema = z.strictObject({ sent: z.int(), answered: z.int() });

export const floodSchema = z.strictObject({
  answered: z.int(),
  lost: z.int(),
  /** Replies per second. */
  rate: z.number(),
  /** Microseconds, in the middle. */
  roundTrip: z.number().nullable(),
});

/** Of each destination the moment in milliseconds of the system's monotonic clock; null where it did not come. */
export const untilSchema = z.strictObject({ moments: z.array(z.number().nullable()) });

export type Scan = z.infer<typeof scanSchema>;
export type Burst = z.infer<typeof burstSchema>;
export type Touch = z.infer<typeof touchSchema>;
export type Flood = z.infer<typeof floodSchema>;
export type Until = z.infer<typeof untilSchema>;

/** The clock that moments are told in: CLOCK_MONOTONIC, the same for all processes of the machine. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
