import type { Log } from '../base/log.ts';
import type { Lease } from '../leases/lease.ts';

/** Says that another lease names the MAC of this one at another address. */
export function tellOfRival(rival: Lease, { mac, key }: Lease, log: Log): void {
  log.warn(
    { mac, keys: [rival.key, key] },
    'two leases name one MAC at different addresses: only the one written last can be reached',
  );
}
