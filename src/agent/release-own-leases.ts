import type { Log } from '../base/log.ts';
import { unlessLeaseFault } from '../leases/holder.ts';
import { decodeLeaseValue } from '../leases/lease-value.ts';
import { releaseLease } from '../leases/release.ts';
import type { LeaseStore, StoredLease } from '../leases/store.ts';
import { formatSubnetKey } from '../leases/subnet-key.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { OwnDevice } from '../overlay/own-devices.ts';

export interface ReleaseParts {
  readonly store: LeaseStore;
  /** The devices of this host; a lease with the MAC of one is ours. */
  readonly devices: readonly OwnDevice[];
  /** The subnet of the subnet file; its lease is ours too if its PublicIP is an address of this host. */
  readonly previous: Prefix | undefined;
  readonly addresses: readonly Ipv4[];
  readonly log: Log;
}

/**
 * Gives this host's leases back to the cluster.
 *
 * @throws StoreFault when etcd is out of reach
 */
export async function releaseOwnLeases(parts: ReleaseParts): Promise<void> {
  const { store, log } = parts;
  const { entries } = await store.list();
  const own = entries.flatMap((stored) => ownIdentity(stored, parts));
  for (const { stored, identity } of own) {
    const outcome = await releaseLease(store, stored.name, identity, log);
    log.info({ key: stored.key, outcome }, 'gave the lease back');
  }
  if (own.length === 0) {
    log.info({}, 'there is no lease of ours');
  }
}

/** A value that cannot be read is nobody's, so not ours to delete. */
function ownIdentity(stored: StoredLease, { devices, previous, addresses }: ReleaseParts) {
  const value = unlessLeaseFault(() => decodeLeaseValue(stored.value));
  if (value?.kind !== 'vxlan') {
    return [];
  }
  const { publicIp, mac } = value;
  const isPrevious = previous !== undefined && stored.name === formatSubnetKey(previous);
  const isOwn = devices.some((device) => device.mac === mac) || (isPrevious && addresses.includes(publicIp));
  return isOwn ? [{ stored, identity: { publicIp, mac } }] : [];
}
