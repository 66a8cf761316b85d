import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { EtcdStore } from '../leases/etcd-store.ts';
import { Counters } from '../misses/counters.ts';
import { recordingMemory } from '../misses/recording/recording-memory.ts';
import { noForwarding } from '../overlay/forwarding-table.ts';
import { modeOf } from '../overlay/modes.ts';
import { statusRoutes } from '../status/api.ts';
import { startControlServer } from '../status/control-server.ts';
import { startHealthServer } from '../status/health-server.ts';
import { Observer } from '../status/observer.ts';
import { Agent } from './agent.ts';
import { Closers } from './closers.ts';
import { Ending } from './ending.ts';
import { findUnderlay, openKernel, warnAboutHost } from './host.ts';
import { createLog } from './log.ts';
import type { Progress } from './progress.ts';
import type { RunOptions } from './run-options.ts';
import { handleSignals, limitStop } from './signals.ts';
import { conditionsOf, type Identity } from './snapshot.ts';
import { controlRoutes, type StatusParts, statusSources } from './status-sources.ts';
import { checkSubnetFile } from './subnet-file.ts';
import { readVersion } from './version.ts';

/**
 * Runs the daemon until a signal or a failure ends it. A failure is one entry of the log.
 *
 * @returns the exit code
 */
export async function runDaemon(options: RunOptions): Promise<number> {
  const log = createLog({ level: options.logLevel, format: options.logFormat });
  const ending = new Ending(log);
  const closers = new Closers(log);
  closers.add('signal handlers', handleSignals(ending, log));
  limitStop(ending, log);
  try {
    const agent = await prepare(options, ending, closers, log);
    agent.run().catch((error: unknown) => ending.fail(error));
  } catch (error) {
    ending.fail(error);
  }
  await ending.reached();
  await closers.closeAll();
  return ending.exitCode;
}

/** Everything that can go wrong before the cluster is asked. */
async function prepare(options: RunOptions, ending: Ending, closers: Closers, log: Log): Promise<Agent> {
  for (const warning of options.warnings) {
    log.warn({}, warning);
  }
  await checkSubnetFile(options.subnetFile);
  const kernel = openKernel(closers);
  const underlay = findUnderlay(kernel, options.ifaces, options.publicIp);
  const publicIp = options.publicIp ?? underlay.address;
  const misses = new Counters();
  const recording = recordingMemory(options.journalEntries);
  const observer = new Observer({
    ...{ recording, counters: misses, clock: systemClock },
    kept: options.journalEntries,
  });
  closers.add('observer', () => observer.stop());
  const counters = {
    ...{ misses, recording, forwarding: noForwarding(), l2Overruns: 0 },
    onRecorded: () => observer.wake(),
  };
  const mode = modeOf(options.programming);
  const progress: Progress = {
    mode,
    counters,
    addressed: false,
    programmed: false,
    subnetFileWritten: false,
  };
  const { etcdEndpoints: endpoints, etcdPrefix: prefix } = options;
  const store = new EtcdStore({ endpoints, prefix, clock: systemClock });
  closers.add('etcd client', () => store.close());
  const identity: Identity = {
    version: readVersion(),
    pid: process.pid,
    startedAt: systemClock.wall(),
    startedMonotonic: systemClock.monotonic(),
    publicIp,
  };
  await startStatus(options, { progress, kernel, identity, observer, store, options }, closers, log);
  warnAboutHost(kernel, log);
  return new Agent({ options, kernel, underlay, publicIp, store, progress, ending, closers, log });
}

/** The control socket and the health port answer from the start, so that one can see what the daemon waits for. */
async function startStatus(
  options: RunOptions,
  parts: StatusParts,
  closers: Closers,
  log: Log,
): Promise<void> {
  const { progress, kernel, identity } = parts;
  const { version } = identity;
  const sources = statusSources(parts);
  const control = await startControlServer({
    path: options.controlSocket,
    routes: { ...statusRoutes(sources), ...controlRoutes(parts) },
    ...{ version, log },
  });
  closers.add('control socket', () => control.close());
  if (options.healthzPort !== 0) {
    const { healthzIp: ip, healthzPort: port } = options;
    const health = await startHealthServer({
      ip,
      port,
      conditions: () => conditionsOf(progress, kernel),
      log,
    });
    closers.add('health server', () => health.close());
  }
  if (options.statusAddress !== undefined) {
    const { statusAddress: address } = options;
    // prom-client takes a tenth of a second and 8 MiB: only a daemon that is asked for metrics pays.
    const { startStatusServer } = await import('../status/status-server.ts');
    const { pageRoutes } = await import('../status/page-routes.ts');
    const status = await startStatusServer({ address, sources, routes: pageRoutes(), version, log });
    closers.add('status server', () => status.close());
  }
}
