import { podAddress, shuffledNodes } from '../address-plan.ts';
import type { Agent } from '../agent.ts';
import type { Slices } from '../slices.ts';
import { TOUCH_WINDOW } from './packets.ts';
import type { Turn } from './turn.ts';
import { Usage } from './usage.ts';

const WINDOW = 32;
/**
 * Often and shortly: what shares a core with this machine makes it a half slower, for milliseconds or for seconds, and the
 * moments without it tell what forwarding costs.
 */
const TIMES = 15;
const RATE_MS = 60;
const ROUND_TRIP_MS = 20;
const PATIENCE_MS = 1000;

/** Steady forwarding to one pod of every node, with the entries for all of them there. */
export async function* measureSteady(turn: Turn, agent: Agent): Slices {
  const { stand, recorder, cell, nodes } = turn;
  const destinations = shuffledNodes(nodes).map((node) => podAddress(node, 0));
  await stand.traffic.touch(destinations, TOUCH_WINDOW, PATIENCE_MS);
  const usage = new Usage(turn, agent, 'steady');
  const rates: number[] = [];
  const roundTrips: (number | null)[] = [];
  for (let time = 0; time < TIMES; time++) {
    yield;
    await usage.during(async () => {
      rates.push((await stand.traffic.flood(destinations, WINDOW, RATE_MS)).rate);
      roundTrips.push((await stand.traffic.flood(destinations, 1, ROUND_TRIP_MS)).roundTrip);
    });
  }
  usage.record();
  recorder.add(cell, 'steady.rate', rates);
  recorder.add(cell, 'steady.roundTrip', roundTrips);
}
