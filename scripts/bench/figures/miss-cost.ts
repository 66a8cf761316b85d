import { inTurns, type Turns } from '../../../src/lab/in-turns.ts';
import { requireAnswers } from '../conditions.ts';
import type { Pairs } from '../samples.ts';
import { daemonSide, type Side, yardstickSide } from '../sides.ts';
import { alternate, median, quantile } from '../statistics.ts';
import { sendPairs } from '../traffic.ts';
import {
  disturbance,
  disturbanceIn,
  type Experiment,
  type Extent,
  LEASES,
  type Stage,
} from './experiment.ts';

const DESTINATIONS = 800;

/** A turn takes half a second, and the tail of two turns is that of one bad moment. */
const LEAST_ROUNDS = 5;

type Turn = { readonly side: string } & Pairs;

/**
 * What one miss costs: 800 destinations one after another, of each the first round trip less the second. Once with the
 * sender on another processor than the agent, where waking the other one is most of the cost, and once on the same,
 * where only the work counts.
 */
export const missCost: Experiment = {
  name: 'cost',
  title: `cost of one miss, ${DESTINATIONS} destinations one after another`,
  needsRaisedLimits: false,
  figures: ['costMedian', 'costTail', 'costMedianOneCore', 'costTailOneCore'],
  seconds: (extent) => 1 + roundsOf(extent) * 0.5,
  run: async (stage) => {
    const { traffic, agent } = stage.scene.placement;
    const apart = await turns(stage, traffic);
    const together = await turns(stage, agent);
    return {
      findings: [
        { name: 'costMedian', ...sides(apart.counted, (costs) => quantile(costs, 0.5)) },
        { name: 'costTail', ...sides(apart.counted, (costs) => quantile(costs, 0.99)) },
        { name: 'costMedianOneCore', ...sides(together.counted, (costs) => quantile(costs, 0.5)) },
        { name: 'costTailOneCore', ...sides(together.counted, (costs) => quantile(costs, 0.99)) },
      ],
      samples: { apart, together },
      ...disturbanceIn(apart, together),
    };
  },
};

async function turns({ scene, extent }: Stage, cpu: number): Promise<Turns<Turn>> {
  const pair = [daemonSide(scene), yardstickSide(scene, 1)];
  const to = { leases: LEASES, count: DESTINATIONS };
  const measure = async (side: Side) =>
    requireAnswers(await side.during(() => sendPairs(scene, side.host, to, cpu)));
  // Once each without being counted: caches and compiled code are those of a program that has run for a while.
  for (const side of pair) {
    await measure(side);
  }
  const order = alternate(pair, roundsOf(extent));
  return inTurns(order, disturbance(order.length, extent), async (side) => ({
    side: side.name,
    ...(await measure(side)),
  }));
}

/** The median over the rounds, of the daemon and of the yardstick. */
function sides(found: readonly Turn[], figure: (costs: readonly number[]) => number) {
  const of = (own: boolean) =>
    median(found.filter(({ side }) => (side === 'l3missd') === own).map(({ costs }) => figure(costs)));
  return { measured: of(true), yardstick: of(false) };
}

function roundsOf({ rounds }: Extent): number {
  return Math.max(rounds, LEAST_ROUNDS);
}
