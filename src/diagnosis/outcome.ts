import type { Finding, Remedy } from '../status/finding.ts';

/** What a check came to, without its name. */
export type Outcome = Omit<Finding, 'check'>;

/** @param found one sentence without a full stop */
export function good(found: string): Outcome {
  return { state: 'good', found, mend: null, note: null };
}

/** It works, and may not for long. */
export function doubtful(found: string, remedy: Remedy): Outcome {
  return { state: 'doubtful', found, ...remedy };
}

export function bad(found: string, remedy: Remedy): Outcome {
  return { state: 'bad', found, ...remedy };
}

/** It could not be looked at. @param remedy what lets it be looked at */
export function unknown(found: string, remedy: Remedy): Outcome {
  return { state: 'unknown', found, ...remedy };
}

/** @param mend a command that can be pasted into a root's shell as it is */
export function command(mend: string, note: string | null = null): Remedy {
  return { mend, note };
}

/** What no command mends. */
export function advice(note: string): Remedy {
  return { mend: null, note };
}

/** Why nothing can be said of other hosts where none has a lease. */
export const NO_PEERS = unknown(
  'no other host has a lease, so that there is nobody to try it with',
  command('systemctl start l3missd', 'on another host'),
);

/** The same where hosts have leases and none of them needs the tunnel (Backend.DirectRouting). */
export const ALL_DIRECT = good('every other host is reached without the tunnel (Backend.DirectRouting)');

/** For whatever waits for something else. */
export const SAYS_WHAT_IS_MISSING = command('l3missd stats', 'it says what is missing');

/** Why nothing can be said of a tunnel that does not stand. */
export const NO_TUNNEL = unknown('the tunnel device is not made yet', SAYS_WHAT_IS_MISSING);

/** For whatever keeps etcd from answering. */
export const MEND_ETCD = command(
  'systemctl start etcd',
  'where etcd runs; or give l3missd other members with --etcd-endpoints',
);
