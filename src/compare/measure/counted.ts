import { join } from 'node:path';
import { Agent } from '../agent.ts';
import { tracedTo } from '../netlink-trace.ts';
import { countAtRest } from '../tables.ts';
import { recordEntries } from './entries.ts';
import { TOUCH_WINDOW } from './packets.ts';
import { measureRequests } from './requests.ts';
import { activeNodes, podsOf, type Turn } from './turn.ts';

const PATIENCE_MS = 1000;
/** In lazy-subnet mode all neighbours of single addresses go up to three seconds later, and nothing changes before. */
const AT_REST = { stillMs: 3500, atMostMs: 30_000 };

/**
 * Counts what need not be timed, in a life of its own: requests, where there is a tracer, and the entries after traffic to
 * the active nodes, share after share from the smallest on.
 */
export async function measureCounted(turn: Turn, hasTracer: boolean): Promise<void> {
  const { stand, contestant } = turn;
  const trace = join(stand.host.folder, 'trace');
  const agent = await Agent.start(stand, contestant, {
    unconfined: true,
    ...(hasTracer ? { wrapper: tracedTo(trace) } : {}),
  });
  try {
    await agent.settled();
    if (hasTracer) {
      await measureRequests(turn, trace);
    }
    await countAfterTraffic(turn, agent);
  } finally {
    await agent.kill();
  }
}

async function countAfterTraffic(turn: Turn, agent: Agent): Promise<void> {
  const { stand, plan } = turn;
  for (const { shares, added } of activeNodes(turn)) {
    await stand.traffic.touch(podsOf(added, plan.podsPerNode), TOUCH_WINDOW, PATIENCE_MS);
    const counts = await countAtRest(stand.host, { ...AT_REST, isAtWork: () => agent.isAtWork() });
    for (const share of shares) {
      recordEntries(turn, 'traffic', counts, share);
    }
  }
}
