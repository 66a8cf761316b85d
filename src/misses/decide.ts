import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { PrefixTable } from '../net/prefix-table.ts';
import type { Vtep } from './vtep.ts';

/** A remote host as the resolver knows it. */
export interface RemoteHost {
  /** Of its tunnel device: six bytes ready to be sent. */
  readonly mac: Uint8Array;
  /** Of its lease. */
  readonly subnet: Prefix;
  /** Only where forwarding entries are installed on demand. */
  readonly vtep?: Vtep | undefined;
  /** Where it is reached on the underlay. */
  readonly endpoint?: Ipv4 | undefined;
  /** The same, when packets for its subnet are to go there without the tunnel. */
  readonly directly?: Ipv4 | undefined;
  /** On which interface that is. */
  readonly directInterface?: number | undefined;
}

/** No lease covers the address: the packets that wait for it fail at once. */
export const NO_LEASE = 'no-lease';

/** Nothing is known yet: the kernel keeps the packets, for three seconds with our parameters. */
export const HOLD = 'hold';

export type Decision = RemoteHost | typeof NO_LEASE | typeof HOLD;

/**
 * What to answer to a question about an address: the host whose lease has the longest prefix that covers it; or that
 * there is none, which nobody can say before the first complete list of leases.
 */
export function decide(address: Ipv4, leases: PrefixTable<RemoteHost>, listed: boolean): Decision {
  return leases.lookup(address) ?? (listed ? NO_LEASE : HOLD);
}
