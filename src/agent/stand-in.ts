import { dirname, join, parse } from 'node:path';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { LeaseChange } from '../leases/lease.ts';
import { LeaseTable } from '../leases/lease-table.ts';
import type { DatedCopy } from '../leases/mirror-copy.ts';
import { parseNetworkConfig } from '../leases/network-config.ts';
import { readMirrorFile } from '../leases/read-mirror-file.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import { OverlayFault } from '../overlay/overlay-fault.ts';
import type { HostSide } from './host-side.ts';
import type { Programming } from './programming.ts';
import type { Progress } from './progress.ts';
import type { RunOptions } from './run-options.ts';

export interface StandInParts {
  readonly options: RunOptions;
  readonly publicIp: Ipv4;
  readonly progress: Progress;
  readonly log: Log;
}

/** What answers misses while etcd is away: the leases as an earlier run knew them last. */
export interface StandIn {
  readonly copy: DatedCopy;
  readonly programming: Programming;
}

/** Where the copy of the leases is: beside the control socket, `control.leases` for `control.sock`. */
export function copyFileOf(controlSocket: string): string {
  return join(dirname(controlSocket), `${parse(controlSocket).name}.leases`);
}

/**
 * Programs the leases of the copy that an earlier run left, and says so; or says why not. Nothing is removed and nobody
 * is told that no lease covers an address, because the copy may be old.
 *
 * @throws InstanceFault, KernelFault
 */
export async function standIn(host: HostSide, parts: StandInParts): Promise<StandIn | undefined> {
  const { options, publicIp, progress, log } = parts;
  const file = copyFileOf(options.controlSocket);
  const read = await readMirrorFile(file, { prefix: options.etcdPrefix, publicIp });
  if (read.kind === 'unusable') {
    const level = read.fault.problem === 'absent' ? 'info' : 'warn';
    log[level](
      { reason: describeError(read.fault) },
      'etcd is out of reach, and there is no copy of the leases to go by',
    );
    return undefined;
  }
  const { copy } = read;
  try {
    const programming = await programCopy(host, copy, file);
    if (programming === undefined) {
      return undefined;
    }
    const writtenAt = new Date(copy.writtenAt).toISOString();
    progress.standIn = copy;
    log.warn(
      { file, writtenAt, leases: copy.leases.length },
      'etcd is out of reach: going by the copy of the leases that an earlier run left',
    );
    return { copy, programming };
  } catch (error) {
    if (!(error instanceof OverlayFault)) {
      throw error;
    }
    await host.leave();
    log.warn({ file, reason: describeError(error) }, 'the copy of the leases does not fit this host');
    return undefined;
  }
}

async function programCopy(host: HostSide, copy: DatedCopy, file: string): Promise<Programming | undefined> {
  const { subnet, mac } = copy.own;
  const config = parseNetworkConfig(copy.configText, file);
  const tunnel = await host.raise(config, mac);
  const { device } = tunnel;
  if (device.mac !== mac) {
    throw new OverlayFault(`MAC of ${device.name}`, device.mac, `${mac}, with which the copy was made`);
  }
  const programming = await host.settle(tunnel, config, subnet);
  programming?.take(changesOf(copy, config.network), 'watch', { wentBack: false, ownMissing: false });
  return programming;
}

/** What a copy asks of a kernel that holds nothing. */
function changesOf({ leases, own }: DatedCopy, network: Prefix): LeaseChange[] {
  const table = new LeaseTable({ ...own, network });
  return table.apply(table.updatesBy(leases)).changes;
}
