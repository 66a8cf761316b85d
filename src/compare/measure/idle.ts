import { systemClock } from '../../base/clock.ts';
import { Agent } from '../agent.ts';
import { countAtRest } from '../tables.ts';
import { recordEntries } from './entries.ts';
import { TOUCH_WINDOW } from './packets.ts';
import { activeNodes, podsOf, type Turn } from './turn.ts';
import { Usage } from './usage.ts';

const PATIENCE_MS = 1000;
/** Tens of thousands of entries go a few at a time. */
const LONGEST_MS = 60_000;

/** Counts what is left when nothing was sent for so long that nothing more goes, in a life of its own. */
export async function measureIdle(turn: Turn, idleSeconds: number): Promise<void> {
  const { stand, contestant, plan } = turn;
  const agent = await Agent.start(stand, contestant, { extra: ['--idle-timeout', `${idleSeconds}s`] });
  try {
    await agent.settled();
    const nodes = activeNodes(turn).flatMap(({ added }) => added);
    await stand.traffic.touch(podsOf(nodes, plan.podsPerNode), TOUCH_WINDOW, PATIENCE_MS);
    const usage = new Usage(turn, agent, 'idle');
    const counts = await usage.during(async () => {
      await systemClock.sleep(idleSeconds * 2000, stand.host.namespace.gate.signal);
      return countAtRest(stand.host, {
        stillMs: idleSeconds * 1000,
        atMostMs: LONGEST_MS,
        isAtWork: () => agent.isAtWork(),
      });
    });
    usage.record();
    recordEntries(turn, 'idle', counts);
  } finally {
    await agent.kill();
  }
}
