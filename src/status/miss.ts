import { z } from 'zod';
import type { MissRecord } from '../misses/recording/journal-reader.ts';
import { KINDS, OUTCOMES, PHASES } from '../misses/recording/outcomes.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import { macFromBytes } from '../net/mac.ts';
import { formatPrefix } from '../net/prefix.ts';

/** One miss, as the journal tells it. */
export const missSchema = z.object({
  /** Counts from the daemon's start. */
  number: z.int().nonnegative(),
  /** When it was read. */
  at: z.iso.datetime(),
  kind: z.enum(KINDS),
  /** Whether there was no entry yet, or one in use asked for confirmation. */
  phase: z.enum(PHASES),
  outcome: z.enum(OUTCOMES),
  /** The address; null of an L2 miss. */
  destination: z.string().nullable(),
  /** Of the lease that covers it. */
  subnet: z.string().nullable(),
  /** Its host's end of the tunnel. */
  vtep: z.object({ address: z.string().nullable(), mac: z.string() }).nullable(),
  /** From the return of the read to the return of the write; null when nothing was written for it alone. */
  latencyMicroseconds: z.number().nonnegative().nullable(),
  /** By which name the kernel refused the answer. */
  errno: z.string().nullable(),
});

export type Miss = z.infer<typeof missSchema>;

/** @param clockOrigin wall clock, milliseconds, at which the records' monotonic clock was 0 */
export function describeMiss(record: MissRecord, clockOrigin: number): Miss {
  const { number, readAt, kind, phase, outcome, destination, subnet, endpoint, mac, latency, errno } = record;
  return {
    number,
    at: new Date(clockOrigin + readAt).toISOString(),
    kind,
    phase,
    outcome,
    destination: destination === undefined ? null : formatIpv4(destination),
    subnet: subnet === undefined ? null : formatPrefix(subnet),
    vtep:
      mac === undefined
        ? null
        : { address: endpoint === undefined ? null : formatIpv4(endpoint), mac: macFromBytes(mac) },
    latencyMicroseconds: latency === undefined ? null : Math.round(latency * 10_000) / 10,
    errno: errno ?? null,
  };
}
