import { systemClock } from '../../base/clock.ts';
import { shuffledNodes } from '../address-plan.ts';
import { Agent } from '../agent.ts';
import { KILLED_AFTER } from '../figures-of-changes.ts';
import { monotonicMs } from '../traffic/verbs.ts';
import { TOUCH_WINDOW } from './packets.ts';
import { podsOf, type Turn } from './turn.ts';

/** Nodes that are talked to before the kill, and as many that are not. */
const NODES_OF_EACH = 10;
const PATIENCE_MS = 1000;

/**
 * Starts a contestant on the turn's own stand, lets its container talk to some nodes, kills it, and tells what can be
 * reached afterwards.
 *
 * @param schedule milliseconds after the kill for each of `KILLED_AFTER`
 */
export async function measureKilled(turn: Turn, schedule: readonly number[]): Promise<void> {
  const { stand, contestant, plan, recorder, cell } = turn;
  const order = shuffledNodes(turn.nodes);
  const half = Math.min(NODES_OF_EACH, Math.floor(order.length / 2));
  const destinations = {
    known: podsOf(order.slice(0, Math.max(half, 1)), plan.podsPerNode),
    new: podsOf(order.slice(order.length - half), plan.podsPerNode),
  };
  const agent = await Agent.start(stand, contestant, { unconfined: true });
  await agent.settled();
  await stand.traffic.touch(destinations.known, TOUCH_WINDOW, PATIENCE_MS);
  await agent.kill();
  const killedAt = monotonicMs();
  for (const [index, seconds] of KILLED_AFTER.entries()) {
    const due = killedAt + (schedule[index] ?? seconds * 1000);
    await systemClock.sleep(due - monotonicMs(), stand.host.namespace.gate.signal);
    for (const which of ['known', 'new'] as const) {
      const { sent, answered } = await stand.traffic.touch(destinations[which], TOUCH_WINDOW, PATIENCE_MS);
      recorder.add(cell, `killed.${which}.${seconds}`, sent === 0 ? [] : [(answered * 100) / sent]);
    }
  }
}
