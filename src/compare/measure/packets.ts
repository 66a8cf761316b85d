import type { Ipv4 } from '../../net/ipv4.ts';
import type { Agent } from '../agent.ts';
import { FEWEST_FOR_P99 } from '../figures-of-traffic.ts';
import type { Slices } from '../slices.ts';
import { statisticOf } from '../statistic.ts';
import { activeNodes, podsOf, type Turn } from './turn.ts';
import { Usage } from './usage.ts';

/** Of so many nodes every pod is timed; the pods of the others get a packet each, and none is timed. */
const TIMED_NODES = 15;
/** So many destinations at a time: some milliseconds, after which a machine that others share may be faster or slower. */
const AT_A_TIME = 100;
const PATIENCE_MS = 1000;
export const TOUCH_WINDOW = 64;

/** First and second packets to every pod of the active nodes, share after share from the smallest on. */
export async function* measurePackets(turn: Turn, agent: Agent): Slices {
  for (const { shares, added } of activeNodes(turn)) {
    const usage = new Usage(turn, agent, 'traffic');
    yield* sendToAll(turn, usage, added, shares);
    usage.record(shares);
  }
}

async function* sendToAll(
  turn: Turn,
  usage: Usage,
  nodes: readonly number[],
  shares: readonly number[],
): Slices {
  const { stand, plan } = turn;
  const timed = nodes.slice(0, TIMED_NODES);
  const whole = Math.floor((timed.length * plan.podsPerNode) / AT_A_TIME);
  const windows = Math.max(Math.min(whole, timed.length), 1);
  for (let window = 0; window < windows; window++) {
    const [begin, end] = [window, window + 1].map((edge) => Math.round((edge * timed.length) / windows));
    await usage.during(() => sendAndTime(turn, podsOf(timed.slice(begin, end), plan.podsPerNode), shares));
    yield;
  }
  if (timed.length * plan.podsPerNode < FEWEST_FOR_P99) {
    turn.recorder.leaveOut(`The p99 of fewer than ${FEWEST_FOR_P99} packets: it would be the worst of them.`);
  }
  const others = podsOf(nodes.slice(TIMED_NODES), plan.podsPerNode);
  await usage.during(() => stand.traffic.touch(others, TOUCH_WINDOW, PATIENCE_MS));
  yield;
}

async function sendAndTime(
  { stand, recorder, cell }: Turn,
  destinations: readonly Ipv4[],
  shares: readonly number[],
): Promise<void> {
  const trips = await stand.traffic.scan(destinations, PATIENCE_MS);
  for (const which of ['first', 'second'] as const) {
    const times = trips[which].filter((time) => time !== null);
    for (const share of shares) {
      recorder.add(cell, `${which}.latency`, times, share);
      recorder.add(cell, `${which}.middle`, [statisticOf('median', times)], share);
      recorder.add(cell, `${which}.lost`, [destinations.length - times.length], share);
    }
  }
}
