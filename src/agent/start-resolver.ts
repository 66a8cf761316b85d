import type { Log } from '../base/log.ts';
import type { ForwardingNotice } from '../kernel/forwarding.ts';
import type { Counters } from '../misses/counters.ts';
import type { RecordingMemory } from '../misses/recording/recording-memory.ts';
import { ResolverHandle } from '../misses/resolver-handle.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Device } from '../overlay/device.ts';
import { modeOf } from '../overlay/modes.ts';
import type { Ending } from './ending.ts';
import type { RunOptions } from './run-options.ts';

export interface StartResolverParts {
  readonly device: Device;
  readonly network: Prefix;
  /** This host's own. */
  readonly subnet: Prefix;
  readonly options: RunOptions;
  readonly ending: Ending;
  readonly log: Log;
  readonly counters: Counters;
  readonly recording: RecordingMemory;
  /** Whether forwarding entries come and go with the neighbours that lead to them. */
  readonly forwardOnDemand: boolean;
  readonly onForwarding: (notice: ForwardingNotice) => void;
  readonly onRecorded: () => void;
}

/**
 * Starts answering misses of the device.
 *
 * @throws KernelFault
 */
export function startResolver(parts: StartResolverParts): ResolverHandle {
  const { device, network, subnet, options, ending, log, counters, recording } = parts;
  const resolver = new ResolverHandle({
    ifindex: device.ifindex,
    network,
    ownSubnet: subnet,
    mode: modeOf(options.programming),
    maximum: options.maximumNeighbours,
    idleTimeout: options.idleTimeoutMs,
    receiveBytes: options.missBufferBytes,
    counters,
    recording,
    forwardOnDemand: parts.forwardOnDemand,
    onForwarding: parts.onForwarding,
    onRecorded: parts.onRecorded,
    onUnknown: (address) =>
      log.info({ address: formatIpv4(address) }, 'no lease covers this address: its sender was told'),
    onMended: (entries) => tellOfMended(device, entries, log),
    onUsualPriority: (reason) =>
      log.info({ reason }, 'the resolver runs at the usual priority: a higher one needs CAP_SYS_NICE'),
    onFailure: (fault) => ending.fail(fault),
  });
  tellOfBuffer(resolver.receiveBytes, options.missBufferBytes, log);
  return resolver;
}

function tellOfMended({ name }: Device, entries: number, log: Log): void {
  if (entries > 0) {
    log.warn({ device: name, entries }, 'put entries right that somebody else had changed');
  }
}

/** Says once how large the receive buffer is, and how to get a larger one where this user may not have it. */
export function tellOfBuffer(receiveBytes: number, wanted: number, log: Log): void {
  log.info({ receiveBytes }, 'answering misses');
  if (receiveBytes < wanted) {
    log.warn(
      { receiveBytes, mend: `sysctl -w net.core.rmem_max=${wanted / 2}` },
      'the miss socket got a smaller receive buffer than it asked for: large bursts take longer',
    );
  }
}
