import type { Log } from '../base/log.ts';
import { MISS_BUFFER_BYTES, ResolverHandle } from '../misses/resolver-handle.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Device } from '../overlay/device.ts';
import type { Closers } from './closers.ts';
import type { Ending } from './ending.ts';

/** How many neighbours there may be before those asked for longest ago have to go. */
const MAXIMUM_NEIGHBOURS = 32_768;

export interface StartResolverParts {
  readonly device: Device;
  readonly network: Prefix;
  readonly ending: Ending;
  readonly closers: Closers;
  readonly log: Log;
}

/**
 * Starts answering misses of the device, and stops with everything else.
 *
 * @throws KernelFault
 */
export function startResolver({ device, network, ending, closers, log }: StartResolverParts): ResolverHandle {
  const resolver = new ResolverHandle({
    ifindex: device.ifindex,
    network,
    maximum: MAXIMUM_NEIGHBOURS,
    onUnknown: (address) =>
      log.info({ address: formatIpv4(address) }, 'no lease covers this address: its sender was told'),
    onUsualPriority: (reason) =>
      log.info({ reason }, 'the resolver runs at the usual priority: a higher one needs CAP_SYS_NICE'),
    onFailure: (fault) => ending.fail(fault),
  });
  closers.add('resolver', () => resolver.stop());
  tellOfBuffer(resolver.receiveBytes, log);
  return resolver;
}

/** Says once how large the receive buffer is, and how to get a larger one where this user may not have it. */
export function tellOfBuffer(receiveBytes: number, log: Log): void {
  log.info({ receiveBytes }, 'answering misses');
  if (receiveBytes < MISS_BUFFER_BYTES) {
    log.warn(
      { receiveBytes, mend: `sysctl -w net.core.rmem_max=${MISS_BUFFER_BYTES / 2}` },
      'the miss socket got a smaller receive buffer than it asked for: large bursts take longer',
    );
  }
}
