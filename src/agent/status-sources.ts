import { type Clock, systemClock } from '../base/clock.ts';
import { examine } from '../diagnosis/doctor.ts';
import { doctorRoutes } from '../diagnosis/doctor-route.ts';
import { kernelTables } from '../diagnosis/kernel-tables.ts';
import { LeaseEnds } from '../diagnosis/lease-ends.ts';
import { leaseRows } from '../diagnosis/lease-rows.ts';
import { lookUp } from '../diagnosis/lookup.ts';
import type { Standing } from '../diagnosis/standing.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { EchoSocket } from '../kernel/echo-socket.ts';
import type { LeaseStore } from '../leases/store.ts';
import { SubnetCounts } from '../misses/recording/subnet-counts.ts';
import { interfaceTo } from '../overlay/underlay.ts';
import type { StatusSources } from '../status/api.ts';
import type { Routes } from '../status/http-server.ts';
import type { Observer } from '../status/observer.ts';
import { withNetfilter } from './host.ts';
import type { Progress } from './progress.ts';
import type { StoreOptions } from './run-options.ts';
import { type Identity, snapshot } from './snapshot.ts';

export interface StatusParts {
  readonly progress: Progress;
  readonly kernel: Conversation;
  readonly identity: Identity;
  readonly observer: Observer;
  readonly store: LeaseStore;
  readonly options: StoreOptions;
}

/** Who answers what is asked about the daemon: its parts, as they stand when the question comes. */
export function statusSources(parts: StatusParts, clock: Clock = systemClock): StatusSources {
  const { progress, kernel, identity, observer, store } = parts;
  const ends = new LeaseEnds(store, clock);
  const subnets = new SubnetCounts(progress.counters.recording.subnets);
  return {
    stats: () => snapshot(progress, kernel, identity, clock),
    observer,
    kernel: () =>
      kernelTables(kernel, progress.counters.misses.get('neighbours'), progress.sockets?.() ?? []),
    leases: () =>
      leaseRows({
        kernel,
        standing: standingOf(parts),
        others: progress.mirror?.others() ?? [],
        ends,
        misses: subnets.read(),
      }),
    lookup: (address) =>
      lookUp(
        { kernel, standing: standingOf(parts), misses: (limit) => observer.missesOf(address, limit) },
        address,
      ),
  };
}

/** What changes something, and so is answered on the control socket alone. */
export function controlRoutes(parts: StatusParts, clock: Clock = systemClock): Routes {
  const { kernel, store, options } = parts;
  return doctorRoutes(() =>
    examine({
      kernel,
      store,
      clock,
      withNetfilter,
      standing: () => standingOf(parts),
      etcdEndpoints: options.etcdEndpoints,
      openEcho: (wanted) => EchoSocket.open(wanted),
    }),
  );
}

/** Before the first complete list the copy counts that stands in for etcd, if there is one. */
function standingOf({ progress, kernel }: StatusParts): Standing {
  const { mode, config, claim, tunnel, programmed } = progress;
  const standIn = programmed ? undefined : progress.standIn;
  return {
    mode,
    network: config?.network,
    subnet: claim?.subnet ?? standIn?.own.subnet,
    tunnel,
    leases: progress.leases?.() ?? [],
    listed: programmed,
    standInWrittenAt: standIn?.writtenAt,
    isDirect: (endpoint) =>
      mode.name === 'eager' && config?.directRouting === true && interfaceTo(kernel, endpoint) !== undefined,
  };
}
