import type { Log } from '../base/log.ts';
import { ownerOf } from './holder.ts';
import type { HostIdentity } from './lease.ts';
import { revokeOld } from './revoke-old.ts';
import type { LeaseStore } from './store.ts';

/**
 * Deletes the key (such as `10.5.7.0-24`) if its value carries our PublicIP and MAC, then its etcd lease if nothing
 * else hangs on it. `kept` when it is another's or changed meanwhile, `absent` when there is none.
 *
 * @throws StoreFault
 */
export async function releaseLease(
  store: LeaseStore,
  name: string,
  identity: Pick<HostIdentity, 'publicIp' | 'mac'>,
  log: Log,
): Promise<'released' | 'kept' | 'absent'> {
  const stored = await store.read(name);
  if (stored === undefined) {
    return 'absent';
  }
  if (ownerOf(stored, identity) !== 'ours' || (await store.remove(name, stored.modRevision)) === 'changed') {
    return 'kept';
  }
  await revokeOld(store, stored.leaseId, log);
  return 'released';
}
