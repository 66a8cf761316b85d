import type { Lease } from '../leases/lease.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { contains, type Prefix } from '../net/prefix.ts';
import type { Device, DevicePlan } from '../overlay/device.ts';
import type { Mode } from '../overlay/modes.ts';

/** How far the daemon has come, and what it goes by, at one moment. */
export interface Standing {
  readonly mode: Mode;
  /** Of the network config; undefined before it was read. */
  readonly network: Prefix | undefined;
  /** This host's own; undefined before the first claim. */
  readonly subnet: Prefix | undefined;
  /** Undefined before the device is made. */
  readonly tunnel: { readonly device: Device; readonly plan: DevicePlan } | undefined;
  /** Of all other hosts. */
  readonly leases: readonly Lease[];
  /** Whether a complete list of leases was taken over. */
  readonly listed: boolean;
  /** When the copy was written that stands in for etcd, wall clock in milliseconds; undefined as a rule. */
  readonly standInWrittenAt: number | undefined;
  /** Whether a host is reached without the tunnel (Backend.DirectRouting). */
  readonly isDirect: (endpoint: Ipv4) => boolean;
}

/** The lease with the longest subnet that has the address. */
export function leaseOf({ leases }: Pick<Standing, 'leases'>, address: Ipv4): Lease | undefined {
  const length = (lease: Lease | undefined) => lease?.subnet.length ?? -1;
  return leases
    .filter(({ subnet }) => contains(subnet, address))
    .reduce<Lease | undefined>((one, other) => (length(other) > length(one) ? other : one), undefined);
}

/** Whether forwarding entries come and go with the neighbours that lead to them. */
export function forwardsOnDemand({ mode, tunnel }: Pick<Standing, 'mode' | 'tunnel'>): boolean {
  return mode.name !== 'lazy' || tunnel?.plan.l2miss === true;
}
