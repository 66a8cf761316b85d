import type { Clock } from '../base/clock.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { CounterName } from '../misses/counters.ts';
import { OutcomeCounts } from '../misses/recording/outcome-counts.ts';
import { totalsOf } from '../misses/recording/outcome-totals.ts';
import { formatIpv4, type Ipv4 } from '../net/ipv4.ts';
import { formatPrefix } from '../net/prefix.ts';
import { carriesPackets } from '../overlay/addressing.ts';
import { type Conditions, missingConditions, type Stats } from '../status/stats.ts';
import type { Progress } from './progress.ts';

/** Who is asked, since when, in which version. */
export interface Identity {
  readonly version: string;
  readonly pid: number;
  /** Wall clock, milliseconds. */
  readonly startedAt: number;
  readonly startedMonotonic: number;
  readonly publicIp: Ipv4;
}

/** What must hold for the daemon to be ready. Of the device the kernel is asked each time: others may change it. */
export function conditionsOf(progress: Progress, kernel: Conversation): Conditions {
  const { addressed, tunnel, config } = progress;
  return {
    device:
      addressed &&
      tunnel !== undefined &&
      config !== undefined &&
      carriesPackets(kernel, tunnel.device, config.network, progress.mode),
    listed: progress.programmed,
    subnetFile: progress.subnetFileWritten,
  };
}

/** The daemon's state at this moment, for the control socket. */
export function snapshot(progress: Progress, kernel: Conversation, identity: Identity, clock: Clock): Stats {
  const conditions = conditionsOf(progress, kernel);
  return {
    version: identity.version,
    pid: identity.pid,
    startedAt: new Date(identity.startedAt).toISOString(),
    uptimeSeconds: Math.round(clock.monotonic() - identity.startedMonotonic) / 1000,
    programming: progress.mode.name,
    ready: missingConditions(conditions).length === 0,
    conditions,
    device: deviceOf(progress),
    lease: leaseOf(progress, identity),
    mirror: mirrorOf(progress),
    forwarding: forwardingOf(progress),
    ...resolverOf(progress),
  };
}

function deviceOf({ tunnel }: Progress): Stats['device'] {
  if (tunnel === undefined) {
    return null;
  }
  const { name, ifindex, mac } = tunnel.device;
  const { mtu, vni, port, local } = tunnel.plan;
  return { name, ifindex, mac, mtu, vni, port, localAddress: formatIpv4(local) };
}

function leaseOf({ claim, keeper }: Progress, { publicIp }: Identity): Stats['lease'] {
  if (claim === undefined) {
    return null;
  }
  const { expiresAt, renewals, reclaims } = keeper?.status() ?? { ...claim, renewals: 0, reclaims: 0 };
  return {
    subnet: formatPrefix(claim.subnet),
    publicIp: formatIpv4(publicIp),
    expiresAt: dateOf(expiresAt),
    renewals,
    reclaims,
  };
}

function mirrorOf({ mirror, hold, file, standIn, programmed }: Progress): Stats['mirror'] {
  const { waiting, until, begun } = hold?.status() ?? { waiting: 0, until: undefined, begun: 0 };
  const { writtenAt, writes, failures, failing } = file?.status() ?? { writes: 0, failures: 0 };
  const leases = mirror?.snapshot();
  return {
    listed: leases?.listed ?? false,
    revision: String(leases?.revision ?? 0),
    remote: leases?.remote ?? 0,
    otherBackend: leases?.otherBackend ?? 0,
    junk: leases?.junk ?? 0,
    relists: leases?.relists ?? {},
    heldRemovals: { waiting, until: dateOf(until), begun },
    copy: { writtenAt: dateOf(writtenAt), writes, failures, failing: failing ?? null },
    standIn:
      standIn === undefined || programmed
        ? null
        : { writtenAt: new Date(standIn.writtenAt).toISOString(), leases: standIn.leases.length },
  };
}

/** @param time wall clock, milliseconds */
function dateOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** The resolver counts those that it installs on demand. */
function forwardingOf({ counters: { misses, forwarding } }: Progress): Stats['forwarding'] {
  return {
    entries: forwarding.entries + misses.get('forwarding'),
    written: forwarding.written + misses.get('forwardingWritten'),
    removed: forwarding.removed + misses.get('forwardingRemoved'),
    failed: forwarding.failed + misses.get('forwardingFailed'),
  };
}

function resolverOf({
  counters: { misses, recording, l2Overruns },
}: Progress): Pick<Stats, 'misses' | 'l2Misses' | 'neighbours' | 'routes'> {
  const outcomes = new OutcomeCounts(recording.outcomes);
  const count = (name: CounterName) => misses.get(name);
  return {
    misses: {
      ...totalsOf(outcomes),
      overruns: count('overruns'),
      overrunsRecovered: count('overrunsRecovered'),
      malformed: count('malformed'),
      refused: misses.refusals(),
    },
    routes: {
      subnets: count('subnets'),
      written: count('routesWritten'),
      removed: count('routesRemoved'),
      failed: count('routesFailed'),
    },
    l2Misses: {
      repaired: outcomes.ofL2('answered'),
      unknown: outcomes.ofL2('no-lease'),
      notTaken: outcomes.ofL2('refused'),
      overruns: l2Overruns,
    },
    neighbours: {
      installed: count('neighbours'),
      written: count('written'),
      rewritten: count('rewritten'),
      removed: count('removed'),
      adopted: count('adopted'),
      mended: count('mended'),
      expired: count('expired'),
      evictedIdle: count('evictedIdle'),
      evictedUnderPressure: count('evictedUnderPressure'),
    },
  };
}
