import type { Log } from '../base/log.ts';
import type { Lease, LeaseChange } from '../leases/lease.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import { formatPrefix } from '../net/prefix.ts';

/** Says at the debug level which remote leases came, changed and went. */
export function logChanges(changes: readonly LeaseChange[], log: Log): void {
  for (const { before, after } of changes) {
    if (after === undefined) {
      log.debug({ ...describe(before) }, 'a remote lease has gone');
    } else {
      log.debug(
        { ...describe(after) },
        before === undefined ? 'a remote lease appeared' : 'a remote lease changed',
      );
    }
  }
}

function describe(lease: Lease | undefined) {
  return (
    lease && { subnet: formatPrefix(lease.subnet), publicIp: formatIpv4(lease.publicIp), mac: lease.mac }
  );
}
