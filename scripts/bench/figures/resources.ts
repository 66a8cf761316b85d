import { z } from 'zod';
import { systemClock } from '../../../src/base/clock.ts';
import { processorSecondsOf, residentMiBOf } from '../../../src/lab/process-usage.ts';
import { watchStolen } from '../../../src/lab/stolen.ts';
import { ask } from '../../../src/status/control-client.ts';
import { MISSES_PATH } from '../../../src/status/paths.ts';
import { NETWORK_CONFIG } from '../address-plan.ts';
import { BenchFault } from '../bench-fault.ts';
import { writeLeases } from '../bench-leases.ts';
import type { Scene } from '../scene.ts';
import { alternate, median } from '../statistics.ts';
import { sendBurst } from '../traffic.ts';
import { disturbanceIn, type Experiment, type Stage } from './experiment.ts';

const CLUSTERS = [
  { prefix: '/bench/small', leases: 1, neighbours: 1 },
  { prefix: '/bench/large', leases: 10_000, neighbours: 10_000 },
];
type Cluster = (typeof CLUSTERS)[number];

/** Slow enough that the default limits of the neighbour table never refuse one. */
const MISSES_PER_SECOND = 5000;
const MOST_BURSTS = 3;
/** What a start and a burst leave to the garbage collector is part of what the daemon takes, once it had time. */
const SETTLE_MS = 3000;

/** Resident memory of a fresh daemon on the yardstick's host, in a cluster of its own under another prefix. */
export const memory: Experiment = {
  name: 'memory',
  title: 'resident memory in a small and in a large cluster',
  needsRaisedLimits: false,
  figures: ['memory'],
  seconds: ({ rounds, short }) => 2 + (short ? 1 : rounds) * 10,
  run: async ({ scene, extent }) => {
    for (const { prefix, leases } of CLUSTERS) {
      await scene.lab.etcd.put(`${prefix}/config`, NETWORK_CONFIG);
      await writeLeases(scene.lab.etcd, prefix, leases);
    }
    const found: { leases: number; residentMiB: number }[] = [];
    // Memory differs little from one start to the next.
    for (const cluster of alternate(CLUSTERS, extent.short ? 1 : extent.rounds)) {
      found.push({ leases: cluster.leases, residentMiB: await residentIn(scene, cluster) });
    }
    const of = (size: number) =>
      median(found.filter(({ leases }) => leases === size).map(({ residentMiB }) => residentMiB));
    return {
      findings: [{ name: 'memory', measured: of(10_000), yardstick: of(1) }],
      samples: found,
      ...disturbanceIn(),
    };
  },
};

async function residentIn(scene: Scene, { prefix, leases, neighbours }: Cluster): Promise<number> {
  const { daemon } = scene.yardstickHost;
  await scene.flush(scene.yardstickHost);
  await daemon.start('--etcd-prefix', prefix);
  try {
    await fillNeighbours(scene, leases, neighbours);
    await systemClock.sleep(SETTLE_MS, scene.daemonHost.namespace.gate.signal);
    return residentMiBOf(daemon.process.pid);
  } finally {
    await daemon.stop();
  }
}

/** Sends again what the kernel refused: a machine that stands still for a moment lets its table run full at any pace. */
async function fillNeighbours(scene: Scene, leases: number, neighbours: number): Promise<void> {
  const { daemon } = scene.yardstickHost;
  let installed = 0;
  for (let attempt = 0; attempt < MOST_BURSTS && installed < neighbours; attempt++) {
    await sendBurst(scene, scene.yardstickHost, { leases, count: neighbours }, MISSES_PER_SECOND);
    installed = (await daemon.statistics()).neighbours.installed;
  }
  if (installed < neighbours) {
    throw new BenchFault('neighbours', `${installed} after ${MOST_BURSTS} bursts`, `${neighbours}`);
  }
}

/**
 * V8 collects what a start and bursts left some ten seconds after its young generation was full the next time (its memory
 * reducer: three collections, 0.1 to 0.2 s in all), which is not idling, and may be minutes later. Long answers fill it.
 */
const LONG_ANSWERS = 5;
/** It rests for this time again until it took no more of it than an idle daemon takes, or it was often enough. */
const REST_MS = 15_000;
const MOST_RESTS = 6;
const QUIET_SHARE = 0.002;

/** Of the processors' time; next to none is wanted, and what waits for a processor counts as if it had one. */
const MOST_STOLEN_OF_IDLE = 0.01;

/** Processor time of the daemon while nothing happens. */
export const idle: Experiment = {
  name: 'idle',
  title: 'processor time of an idle daemon',
  needsRaisedLimits: false,
  figures: ['idle'],
  seconds: ({ short }) => idleSeconds(short) + (2 * REST_MS) / 1000,
  run: async (stage) => {
    const { percent, stolen } = await idleShare(stage);
    return {
      findings: [{ name: 'idle', measured: percent, disturbed: stolen > MOST_STOLEN_OF_IDLE }],
      samples: [{ percent, stolen }],
      ...disturbanceIn(),
    };
  },
};

async function idleShare({ scene, extent }: Stage): Promise<{ percent: number; stolen: number }> {
  const { pid } = scene.daemonHost.daemon.process;
  const { signal } = scene.daemonHost.namespace.gate;
  for (let asked = 0; asked < LONG_ANSWERS; asked++) {
    await ask(scene.daemonHost.daemon.controlSocket, { path: MISSES_PATH, schema: z.array(z.unknown()) });
  }
  await rest(pid, signal);
  const [begin, used, stolenSince] = [systemClock.monotonic(), processorSecondsOf(pid), watchStolen()];
  await systemClock.sleep(idleSeconds(extent.short) * 1000, signal);
  const elapsed = (systemClock.monotonic() - begin) / 1000;
  return { percent: ((processorSecondsOf(pid) - used) / elapsed) * 100, stolen: stolenSince() };
}

async function rest(pid: number, signal: AbortSignal): Promise<void> {
  for (let rests = 0; rests < MOST_RESTS; rests++) {
    const used = processorSecondsOf(pid);
    await systemClock.sleep(REST_MS, signal);
    if (processorSecondsOf(pid) - used <= (QUIET_SHARE * REST_MS) / 1000) {
      return;
    }
  }
}

function idleSeconds(short: boolean): number {
  return short ? 30 : 60;
}
