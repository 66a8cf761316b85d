import { formatIpv4 } from '../net/ipv4.ts';
import { overlaps, type Prefix } from '../net/prefix.ts';
import { LeaseFault } from './faults.ts';
import type { HostIdentity } from './lease.ts';
import { decodeLeaseValue, type LeaseValue } from './lease-value.ts';
import type { StoredLease } from './store.ts';
import { parseSubnetKey } from './subnet-key.ts';

/** Whose a stored value is: ours (our PublicIP and MAC), nobody's because it cannot be read, or another's. */
export function ownerOf(
  stored: StoredLease,
  { publicIp, mac }: Pick<HostIdentity, 'publicIp' | 'mac'>,
): 'ours' | 'unreadable' | 'another' {
  const value = readValue(stored);
  if (value === undefined) {
    return 'unreadable';
  }
  return value.kind === 'vxlan' && value.publicIp === publicIp && value.mac === mac ? 'ours' : 'another';
}

/** The loss of our subnet to whoever wrote this. */
export function holderFault(stored: StoredLease, { publicIp, mac }: HostIdentity): LeaseFault {
  return new LeaseFault(
    `lease ${stored.key}`,
    `held by ${describeHolder(readValue(stored))}`,
    `our own PublicIP ${formatIpv4(publicIp)} with MAC ${mac}; does another host use our PublicIP?`,
  );
}

/** A key beside ours that names a subnet overlapping it. */
export function rivalOf(
  name: string,
  subnet: Prefix,
  entries: readonly StoredLease[],
): StoredLease | undefined {
  return entries.find((entry) => {
    const other = unlessLeaseFault(() => parseSubnetKey(entry.name));
    return entry.name !== name && other !== undefined && overlaps(other, subnet);
  });
}

function describeHolder(value: LeaseValue | undefined): string {
  if (value === undefined) {
    return 'a value that cannot be read';
  }
  const host = `PublicIP ${formatIpv4(value.publicIp)}`;
  return value.kind === 'vxlan'
    ? `${host} with MAC ${value.mac}`
    : `${host} with backend ${value.backendType}`;
}

function readValue(stored: StoredLease): LeaseValue | undefined {
  return unlessLeaseFault(() => decodeLeaseValue(stored.value));
}

/** For values of which it is only asked whether they can be read. */
export function unlessLeaseFault<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof LeaseFault) {
      return undefined;
    }
    throw error;
  }
}
