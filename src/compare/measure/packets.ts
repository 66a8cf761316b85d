import type { Agent } from '../agent.ts';
import { activeNodes, podsOf, type Turn } from './turn.ts';
import { withUsage } from './usage.ts';

/** Of so many nodes every pod is timed; the pods of the others get a packet each, and none is timed. */
const TIMED_NODES = 15;
const PATIENCE_MS = 1000;
export const TOUCH_WINDOW = 64;

/** First and second packets to every pod of the active nodes, share after share from the smallest on. */
export async function measurePackets(turn: Turn, agent: Agent): Promise<void> {
  for (const { shares, added } of activeNodes(turn)) {
    await withUsage(turn, agent, 'traffic', () => sendToAll(turn, added, shares), shares);
  }
}

async function sendToAll(turn: Turn, nodes: readonly number[], shares: readonly number[]): Promise<void> {
  const { stand, recorder, cell, plan } = turn;
  const timed = podsOf(nodes.slice(0, TIMED_NODES), plan.podsPerNode);
  const trips = await stand.traffic.scan(timed, PATIENCE_MS);
  for (const share of shares) {
    for (const which of ['first', 'second'] as const) {
      const times = trips[which];
      recorder.add(cell, `${which}.latency`, times, share);
      recorder.add(cell, `${which}.lost`, [times.filter((time) => time === null).length], share);
    }
  }
  const others = podsOf(nodes.slice(TIMED_NODES), plan.podsPerNode);
  await stand.traffic.touch(others, TOUCH_WINDOW, PATIENCE_MS);
}
