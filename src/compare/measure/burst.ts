import type { Agent } from '../agent.ts';
import { activeNodes, podsOf, type Turn } from './turn.ts';
import { withUsage } from './usage.ts';

/** The kernel lets 1,024 addresses of all namespaces wait at once (gc_thresh3), and a reply takes up to 1 KiB of buffer. */
const MOST_AT_ONCE = 512;
/** Longer than the kernel asks for an address. */
const PATIENCE_MS = 3500;

/** Bursts to the pods of nodes that nothing was sent to yet, for one share after another. */
export async function measureBursts(turn: Turn, agent: Agent): Promise<void> {
  const { stand, recorder, cell, plan } = turn;
  for (const { shares, added } of activeNodes(turn)) {
    const destinations = podsOf(added, plan.podsPerNode).slice(0, MOST_AT_ONCE);
    const { sent, answered, last } = await withUsage(
      turn,
      agent,
      'burst',
      () => stand.traffic.burst(destinations, PATIENCE_MS),
      shares,
    );
    for (const share of shares) {
      recorder.add(cell, 'burst.sent', [sent], share);
      recorder.add(cell, 'burst.answered', [(answered * 100) / destinations.length], share);
      recorder.add(cell, 'burst.lost', [destinations.length - answered], share);
      recorder.add(cell, 'burst.last', [last], share);
    }
  }
}
