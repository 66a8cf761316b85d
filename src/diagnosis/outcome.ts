import type { Finding } from '../status/finding.ts';

/** What a check came to, without its name. */
export type Outcome = Omit<Finding, 'check'>;

/** @param found one sentence without a full stop */
export function good(found: string): Outcome {
  return { state: 'good', found, mend: null };
}

/** It works, and may not for long. @param mend the command that mends it, or what else does */
export function doubtful(found: string, mend: string): Outcome {
  return { state: 'doubtful', found, mend };
}

export function bad(found: string, mend: string): Outcome {
  return { state: 'bad', found, mend };
}

/** It could not be looked at. @param mend what lets it be looked at */
export function unknown(found: string, mend: string): Outcome {
  return { state: 'unknown', found, mend };
}

/** Why nothing can be said of other hosts where none has a lease. */
export const NO_PEERS = unknown(
  'no other host has a lease, so that there is nobody to try it with',
  'systemctl start l3missd, on another host',
);

/** The same where hosts have leases and none of them needs the tunnel (Backend.DirectRouting). */
export const ALL_DIRECT = good('every other host is reached without the tunnel (Backend.DirectRouting)');

/** Why nothing can be said of a tunnel that does not stand. */
export const NO_TUNNEL = unknown(
  'the tunnel device is not made yet',
  'l3missd stats, which says what is missing',
);

/** For whatever keeps etcd from answering. */
export const MEND_ETCD = 'start etcd, or name members that answer with --etcd-endpoints';
