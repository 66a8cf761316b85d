import { describeError } from '../base/fault.ts';
import { formatIpv4, type Ipv4, isHostAddress } from '../net/ipv4.ts';
import { isUnicastMac, type Mac } from '../net/mac.ts';
import { covers, formatPrefix, overlaps, type Prefix } from '../net/prefix.ts';
import { LeaseFault } from './faults.ts';
import type { Lease, OtherLease } from './lease.ts';
import { decodeLeaseValue, type LeaseValue } from './lease-value.ts';
import type { StoredLease } from './store.ts';
import { formatSubnetKey, parseSubnetKey } from './subnet-key.ts';

/** What a stored lease is measured against. */
export interface Self {
  /** The whole cluster's network. */
  readonly network: Prefix;
  /** The subnet that we hold. */
  readonly subnet: Prefix;
  readonly publicIp: Ipv4;
  readonly mac: Mac;
}

export type Verdict =
  | { readonly kind: 'lease'; readonly lease: Lease }
  | { readonly kind: 'own' }
  | { readonly kind: 'other-backend'; readonly lease: OtherLease }
  | { readonly kind: 'junk'; readonly reason: string };

/**
 * Decides what a stored lease is to us. Never throws: what cannot be used is junk, with the reason.
 *
 * A VNI that differs from ours is no reason: flannel's readers on Linux ignore it (pkg/backend/vxlan at v0.28.9).
 */
export function judge(stored: StoredLease, self: Self): Verdict {
  if (stored.name === formatSubnetKey(self.subnet)) {
    return { kind: 'own' };
  }
  try {
    const subnet = parseSubnetKey(stored.name);
    const value = decodeLeaseValue(stored.value);
    return judgeParsed(stored, subnet, value, self);
  } catch (error) {
    if (error instanceof LeaseFault) {
      return { kind: 'junk', reason: describeError(error) };
    }
    throw error;
  }
}

function judgeParsed(stored: StoredLease, subnet: Prefix, value: LeaseValue, self: Self): Verdict {
  if (value.kind === 'other') {
    const { publicIp, backendType } = value;
    return { kind: 'other-backend', lease: { key: stored.key, subnet, publicIp, backendType } };
  }
  const { publicIp, mac } = value;
  const reason = whyJunk(subnet, publicIp, mac, self);
  return reason === undefined
    ? { kind: 'lease', lease: { key: stored.key, subnet, publicIp, mac, modRevision: stored.modRevision } }
    : { kind: 'junk', reason };
}

function whyJunk(subnet: Prefix, publicIp: Ipv4, mac: Mac, self: Self): string | undefined {
  if (!covers(self.network, subnet)) {
    return `${formatPrefix(subnet)} lies outside the network ${formatPrefix(self.network)}`;
  }
  if (overlaps(self.subnet, subnet)) {
    return `${formatPrefix(subnet)} overlaps our subnet ${formatPrefix(self.subnet)}`;
  }
  if (!isHostAddress(publicIp)) {
    return `PublicIP ${formatIpv4(publicIp)} cannot be a host's`;
  }
  if (publicIp === self.publicIp) {
    return `PublicIP ${formatIpv4(publicIp)} is our own`;
  }
  if (!isUnicastMac(mac)) {
    return `VtepMAC ${mac} cannot be a device's`;
  }
  return mac === self.mac ? `VtepMAC ${mac} is our own` : undefined;
}
