import type { Log } from '../base/log.ts';
import { unlessLeaseFault } from '../leases/holder.ts';
import { decodeLeaseValue } from '../leases/lease-value.ts';
import { releaseLease } from '../leases/release.ts';
import type { LeaseStore, StoredLease } from '../leases/store.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { OwnDevice } from '../overlay/own-devices.ts';

export interface ReleaseParts {
  readonly store: LeaseStore;
  /** The devices of this host: a lease with the MAC of one is ours. */
  readonly devices: readonly OwnDevice[];
  /** The addresses of this host: a lease with one as its PublicIP is ours, as flannel sees it. */
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
function ownIdentity(stored: StoredLease, { devices, addresses }: ReleaseParts) {
  const value = unlessLeaseFault(() => decodeLeaseValue(stored.value));
  if (value?.kind !== 'vxlan') {
    return [];
  }
  const { publicIp, mac } = value;
  const isOwn = devices.some((device) => device.mac === mac) || addresses.includes(publicIp);
  return isOwn ? [{ stored, identity: { publicIp, mac } }] : [];
}
