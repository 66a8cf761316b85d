import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { listAddresses } from '../kernel/addresses.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { removeLink } from '../kernel/links.ts';
import { requireNetworkPrivilege } from '../kernel/privilege.ts';
import { listRoutes, removeRoute } from '../kernel/routes.ts';
import { EtcdStore } from '../leases/etcd-store.ts';
import { removeMirrorFile } from '../leases/read-mirror-file.ts';
import { formatPrefix } from '../net/prefix.ts';
import { listOwnDevices, type OwnDevice } from '../overlay/own-devices.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';
import { makeRoom } from '../status/control-server.ts';
import { Closers } from './closers.ts';
import { EXIT_OK } from './ending.ts';
import { openKernel } from './host.ts';
import { acquireInstanceLock } from './instance-lock.ts';
import { createLog } from './log.ts';
import { releaseOwnLeases } from './release-own-leases.ts';
import type { CleanupOptions } from './run-options.ts';
import { copyFileOf } from './stand-in.ts';
import { removeSubnetFile } from './subnet-file.ts';

/**
 * Removes what the daemon made: the device with everything on it, the subnet file, the copy of the leases, the control socket; and with
 * `release` the lease, which goes first, so that a failure there leaves everything as it was.
 *
 * @returns the exit code
 * @throws a Fault when the daemon runs, or something cannot be removed
 */
export async function cleanup(options: CleanupOptions): Promise<number> {
  const log = createLog({ level: options.logLevel, format: options.logFormat });
  const closers = new Closers(log);
  try {
    const kernel = openKernel(closers);
    requireNetworkPrivilege(kernel);
    const devices = listOwnDevices(kernel);
    await excludeDaemon(options, devices, closers);
    if (options.release) {
      await release(options, kernel, devices, closers, log);
    }
    for (const { name, ifindex } of devices) {
      kernel.request(`remove ${name}`, removeLink(ifindex));
      log.info({ device: name }, 'removed the tunnel device with its entries, address and route');
    }
    if (devices.length === 0) {
      log.info({}, 'there is no tunnel device of ours');
    }
    removeDirectRoutes(kernel, log);
    if (await removeSubnetFile(options.subnetFile, log)) {
      log.info({ file: options.subnetFile }, 'removed the subnet file');
    }
    const copy = copyFileOf(options.controlSocket);
    if (await removeMirrorFile(copy)) {
      log.info({ file: copy }, 'removed the copy of the leases');
    }
    return EXIT_OK;
  } finally {
    await closers.closeAll();
  }
}

/** Routes past the tunnel (Backend.DirectRouting) do not go with the device. */
function removeDirectRoutes(kernel: Conversation, log: Log): void {
  for (const route of listRoutes(kernel).filter(({ protocol }) => protocol === OWN_PROTOCOL)) {
    const destination = formatPrefix(route.destination);
    kernel.request(`remove the route ${destination}`, removeRoute(route));
    log.info({ destination }, 'removed a route past the tunnel');
  }
}

/** Refuses while a daemon runs: one that has its device holds the lock, one that still waits has the control socket. */
async function excludeDaemon(
  { controlSocket }: CleanupOptions,
  devices: readonly OwnDevice[],
  closers: Closers,
): Promise<void> {
  await makeRoom(controlSocket);
  for (const { name } of devices) {
    const lock = await acquireInstanceLock(name, { controlSocket });
    closers.add('instance lock', () => lock.release());
  }
}

async function release(
  options: CleanupOptions,
  kernel: Conversation,
  devices: readonly OwnDevice[],
  closers: Closers,
  log: Log,
): Promise<void> {
  const { etcdEndpoints: endpoints, etcdPrefix: prefix } = options;
  const store = new EtcdStore({ endpoints, prefix, clock: systemClock });
  closers.add('etcd client', () => store.close());
  const addresses = listAddresses(kernel).map(({ address }) => address);
  await releaseOwnLeases({ store, devices, addresses, log });
}
