import type { Log } from '../base/log.ts';
import type { Lease } from '../leases/lease.ts';

/** Says that another lease names the MAC of this one at another address, if there is one. */
export function tellOfRival(rival: Lease | undefined, { mac, key }: Lease, log: Log): void {
  if (rival !== undefined) {
    log.warn(
      { mac, keys: [rival.key, key] },
      'two leases name one MAC at different addresses: only the one written last can be reached',
    );
  }
}
