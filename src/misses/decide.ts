import type { Ipv4 } from '../net/ipv4.ts';
import { contains, type Prefix } from '../net/prefix.ts';
import type { PrefixTable } from '../net/prefix-table.ts';
import { NO_LEASE_FOUND, OWN_SUBNET } from './recording/outcomes.ts';
import type { RemoteHost } from './remote-host.ts';

/** No lease covers the address: the packets that wait for it fail at once. */
export const NO_LEASE = null;

/** Nothing is known yet: the kernel keeps the packets, for three seconds with our parameters. */
export const HOLD = undefined;

/** Objects and nothing else but null and undefined: V8 compares those without a call, and strings with objects not. */
export type Decision = RemoteHost | typeof NO_LEASE | typeof HOLD;

/**
 * What to answer to a question about an address: the host whose lease has the longest prefix that covers it; or that
 * there is none, which nobody can say before the first complete list of leases.
 */
export function decide(address: Ipv4, leases: PrefixTable<RemoteHost>, listed: boolean): Decision {
  return leases.lookup(address) ?? (listed ? NO_LEASE : HOLD);
}

/** How a miss ends that no lease of another host answers, see recording/outcomes.ts. */
export function outcomeWithoutLease(address: Ipv4, ownSubnet: Prefix): number {
  return contains(ownSubnet, address) ? OWN_SUBNET : NO_LEASE_FOUND;
}
