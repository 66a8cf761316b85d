import { systemClock } from '../../base/clock.ts';
import { Agent } from '../agent.ts';
import { countEntries } from '../tables.ts';
import { recordEntries } from './entries.ts';
import { TOUCH_WINDOW } from './packets.ts';
import { activeNodes, podsOf, type Turn } from './turn.ts';

const PATIENCE_MS = 1000;

/** Counts what is left when nothing was sent for three times the idle time-out, in a life of its own. */
export async function measureIdle(turn: Turn, idleSeconds: number): Promise<void> {
  const { stand, contestant, plan } = turn;
  const agent = await Agent.start(stand, contestant, { extra: ['--idle-timeout', `${idleSeconds}s`] });
  try {
    await agent.settled();
    const nodes = activeNodes(turn).flatMap(({ added }) => added);
    await stand.traffic.touch(podsOf(nodes, plan.podsPerNode), TOUCH_WINDOW, PATIENCE_MS);
    await systemClock.sleep(idleSeconds * 3000, stand.host.namespace.gate.signal);
    agent.assertRunning();
    recordEntries(turn, 'idle', await countEntries(stand.host));
  } finally {
    await agent.kill();
  }
}
