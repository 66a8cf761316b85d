import { allOf, inTurns, type Turns } from '../../../src/lab/in-turns.ts';
import { type Burst, type BurstFiles, joinBurst } from '../samples.ts';
import { daemonSide, type Side, yardstickSide } from '../sides.ts';
import { alternate, median } from '../statistics.ts';
import { type Destinations, sendBurst } from '../traffic.ts';
import {
  disturbance,
  disturbanceIn,
  type Experiment,
  type Extent,
  LEASES,
  type Stage,
  TABLE_ENTRIES,
} from './experiment.ts';

type Turn = { readonly side: string } & Burst;

/**
 * The yardstick sends everything to one remote host. For each other one the kernel has a tunnel to set up and to keep in
 * its caches, so the daemon's goes to few: that many containers on each.
 */
const CONTAINERS = 200;

/**
 * The kernel gives an address up after three seconds. 200,000 take half of that of a processor, most of it in the kernel: where
 * so much of the whole turn was stolen, that one was another machine's for longer.
 */
const OUT_OF_REACH = 1 / 3;

/** A turn takes half a second, and two of the same side differ by a tenth: so there are more of them than of others. */
const TIMES = 3;

/** 20,000 destinations as fast as one sender can: the rate of the answers, and whether any was lost. */
export const atOnce: Experiment = {
  name: 'burst',
  title: '20,000 destinations at full speed',
  needsRaisedLimits: true,
  figures: ['rate', 'rateBatched', 'lost', 'longest'],
  seconds: (extent) => 2 + burstRounds(extent),
  run: async (stage) => {
    const { scene } = stage;
    const sides = [daemonSide(scene), yardstickSide(scene, 1), yardstickSide(scene, 64)];
    const { extent } = stage;
    const found = await turns(
      { ...stage, extent: { ...extent, rounds: burstRounds(extent) } },
      sides,
      20_000,
      joinBurst,
    );
    const rate = (name: string) => median(of(found.counted, name).map(({ perSecond }) => perSecond));
    return {
      findings: [
        { name: 'rate', measured: rate('l3missd'), yardstick: rate('C, one message') },
        { name: 'rateBatched', measured: rate('l3missd'), yardstick: rate('C, batched') },
        { name: 'lost', measured: lostBy(of(allOf(found), 'l3missd')), disturbed: false },
        { name: 'longest', measured: longestOf(of(found.counted, 'l3missd')) },
      ],
      samples: found,
      ...disturbanceIn(found),
    };
  },
};

/** Ten times as many: more than the receive buffer holds, so misses are dropped and must be found again. */
export const manyAtOnce: Experiment = {
  name: 'flood',
  title: '200,000 destinations at full speed',
  needsRaisedLimits: true,
  figures: ['lostOfMany', 'longestOfMany'],
  seconds: ({ rounds }) => (1 + rounds) * 8,
  run: async (stage) => {
    const { scene } = stage;
    const found = await turns(stage, [daemonSide(scene), yardstickSide(scene, 64)], 200_000, joinBurst);
    const lost = (name: string) => lostBy(of(allOf(found), name));
    const losing = of(allOf(found), 'l3missd').filter((turn) => lostBy([turn]) > 0);
    const disturbed = losing.every(({ stolen }) => stolen > OUT_OF_REACH);
    const longest = (name: string) => longestOf(of(found.counted, name));
    return {
      findings: [
        { name: 'lostOfMany', measured: lost('l3missd'), yardstick: lost('C, batched'), disturbed },
        { name: 'longestOfMany', measured: longest('l3missd'), yardstick: longest('C, batched') },
      ],
      samples: found,
      ...disturbanceIn(found),
    };
  },
};

/**
 * Others than in the turn before: the daemon bounds its neighbours, and would remove what it remembers from that turn
 * to make room, while it is waited for again.
 */
function destinationsOf(turn: number, count: number): Destinations {
  const leases = count / CONTAINERS;
  return { firstLease: (turn % (LEASES / leases)) * leases, leases, count };
}

/** How many turns of bursts each side has. */
export function burstRounds({ rounds }: Extent): number {
  return rounds * TIMES;
}

interface Bursts<T> extends Turns<T> {
  /** Each side has one turn that is not counted: caches and compiled code are those of a program that has run for a while. */
  readonly warmUp: readonly T[];
}

/**
 * @param read makes of what a turn wrote what it is remembered by
 */
export async function turns<Read extends object>(
  { scene, extent, limits }: Stage,
  sides: readonly Side[],
  count: number,
  read: (files: BurstFiles) => Read,
): Promise<Bursts<{ readonly side: string } & Read>> {
  limits.raise(TABLE_ENTRIES);
  try {
    let taken = 0;
    const take = async (side: Side) => {
      const destinations = destinationsOf(taken++, count);
      const files = await side.during(() => sendBurst(scene, side.host, destinations, 0));
      return { side: side.name, ...read(files) };
    };
    const warmUp: ({ readonly side: string } & Read)[] = [];
    for (const side of sides) {
      warmUp.push(await take(side));
    }
    const order = alternate(sides, extent.rounds);
    return { ...(await inTurns(order, disturbance(order.length, extent), take)), warmUp };
  } finally {
    for (const { host } of sides) {
      await scene.flush(host);
    }
    limits.restore();
  }
}

function of<T extends Turn>(found: readonly T[], name: string): readonly T[] {
  return found.filter(({ side }) => side === name);
}

function lostBy(found: readonly Turn[]): number {
  return found.reduce((sum, { accepted, answered }) => sum + accepted - answered, 0);
}

/** Milliseconds. */
function longestOf(found: readonly Turn[]): number {
  return Math.max(...found.map(({ waits }) => waits.max)) / 1e3;
}
