import { confineMainThread } from '../../../src/lab/confined.ts';
import { allOf, inTurns, type Turns } from '../../../src/lab/in-turns.ts';
import { changeLeases } from '../bench-leases.ts';
import { paceFault } from '../conditions.ts';
import type { Finding } from '../marks.ts';
import { type Burst, joinBurst } from '../samples.ts';
import { MAIN_PREFIX } from '../scene.ts';
import { daemonSide } from '../sides.ts';
import { alternate, median } from '../statistics.ts';
import { sendBurst } from '../traffic.ts';
import {
  disturbance,
  disturbanceIn,
  type Experiment,
  type Extent,
  FAR_TOO_MUCH_STOLEN,
  LEASES,
  type Stage,
  TABLE_ENTRIES,
} from './experiment.ts';

const RATE = 20_000;
const CHANGES_PER_SECOND = 100;

type Turn = { readonly changing: boolean; readonly changes: number } & Burst;

/** New destinations at a steady rate, with leases changing meanwhile and without: the tail of all waits of a turn. */
export const withChanges: Experiment = {
  name: 'changes',
  title: `${RATE} new destinations a second, with ${CHANGES_PER_SECOND} lease changes a second and without`,
  needsRaisedLimits: false,
  figures: ['changesTail', 'changesLost'],
  seconds: (extent) => (1 + roundsOf(extent) * 2) * (duration(extent) + 4),
  run: async (stage) => {
    const found = await turns(stage);
    const paced = found.counted.filter(({ stolen }) => stolen <= FAR_TOO_MUCH_STOLEN);
    for (const turn of paced) {
      const fault = faultOf(turn);
      if (fault !== undefined) {
        throw fault;
      }
    }
    const changed = (some: readonly Turn[]) => some.filter(({ changing }) => changing);
    const lost = changed(allOf(found)).reduce((sum, { accepted, answered }) => sum + accepted - answered, 0);
    return {
      findings: [
        tailOf(
          changed(paced),
          paced.filter(({ changing }) => !changing),
        ),
        { name: 'changesLost', measured: lost, disturbed: false },
      ],
      samples: found,
      ...disturbanceIn(found),
    };
  },
};

/** A turn of which far too much was stolen has kept no pace, and tells nothing. */
function tailOf(changing: readonly Turn[], quiet: readonly Turn[]): Finding {
  if (changing.length === 0 || quiet.length === 0) {
    const leftOut = 'the hypervisor gave too much of every turn to other machines';
    return { name: 'changesTail', leftOut };
  }
  const tail = (some: readonly Turn[]) => median(some.map(({ waits }) => waits.p99));
  return { name: 'changesTail', measured: tail(changing), yardstick: tail(quiet) };
}

/**
 * The daemon's main thread moves to the other processor, so that it handles the changes while the resolver answers:
 * that is what two threads are for. A daemon that may run everywhere has its resolver now beside the sender and now
 * not, which changes the waits more than lease changes do. Limits are raised where they can be, because a refused
 * datagram would hide a long wait.
 */
async function turns(stage: Stage): Promise<Turns<Turn>> {
  const { scene, limits, extent } = stage;
  const { traffic, agent } = scene.placement;
  const { pid } = scene.daemonHost.daemon.process;
  const raising = limits.outOfReach === undefined;
  if (raising) {
    limits.raise(TABLE_ENTRIES);
  }
  await confineMainThread(pid, traffic);
  try {
    // Not counted: code is compiled and caches are warm as in a program that has run for a while.
    await turn(stage, true);
    const order = alternate([true, false], roundsOf(extent));
    const options = {
      ...disturbance(order.length, extent),
      isVoid: (taken: Turn) => faultOf(taken) !== undefined,
    };
    return await inTurns(order, options, (changing) => turn(stage, changing));
  } finally {
    await confineMainThread(pid, agent);
    await scene.flush(scene.daemonHost);
    limits.restore();
  }
}

function turn({ scene, extent }: Stage, changing: boolean): Promise<Turn> {
  const side = daemonSide(scene);
  const destinations = { leases: LEASES, count: RATE * duration(extent) };
  return side.during(async () => {
    const over = new AbortController();
    const changes = changing
      ? changeLeases(scene.lab.etcd, MAIN_PREFIX, {
          leases: LEASES,
          perSecond: CHANGES_PER_SECOND,
          signal: over.signal,
        })
      : Promise.resolve(0);
    const burst = sendBurst(scene, side.host, destinations, RATE).finally(() => over.abort());
    const [changed, files] = await Promise.all([changes, burst]);
    return { changing, changes: changed, ...joinBurst(files) };
  });
}

function faultOf(turn: Turn) {
  return paceFault(turn, RATE, turn.changing ? CHANGES_PER_SECOND : 0);
}

/** Three at least: of a few seconds one may be all that is wrong with a turn, which a median of two would show. */
function roundsOf({ rounds }: Extent): number {
  return Math.max(rounds, 3);
}

/** Seconds of one turn. */
function duration({ short }: Extent): number {
  return short ? 5 : 30;
}
