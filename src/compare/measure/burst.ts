import type { Agent } from '../agent.ts';
import type { Burst } from '../traffic/verbs.ts';
import { activeNodes, podsOf, type Turn } from './turn.ts';
import { withUsage } from './usage.ts';

/** The kernel lets 1,024 addresses of all namespaces wait at once (gc_thresh3), and a reply takes up to 1 KiB of buffer. */
const MOST_AT_ONCE = 512;
/** Longer than the kernel asks for an address. */
const PATIENCE_MS = 3500;

/** Where a share has so many nodes that they are more than one burst, there are so many bursts at most. */
const MOST_BURSTS = 5;

/** Bursts to the pods of nodes that nothing was sent to yet, for one share after another. */
export async function measureBursts(turn: Turn, agent: Agent): Promise<void> {
  for (const { shares, added } of activeNodes(turn)) {
    const bursts = await withUsage(turn, agent, 'burst', () => sendBursts(turn, added), shares);
    for (const share of shares) {
      recordBursts(turn, bursts, share);
    }
  }
}

interface MeasuredBurst extends Burst {
  readonly wanted: number;
}

async function sendBursts({ stand, plan }: Turn, nodes: readonly number[]): Promise<MeasuredBurst[]> {
  const nodesOfOne = Math.max(Math.floor(MOST_AT_ONCE / plan.podsPerNode), 1);
  const bursts: MeasuredBurst[] = [];
  for (let begin = 0; begin < nodes.length && bursts.length < MOST_BURSTS; begin += nodesOfOne) {
    const destinations = podsOf(nodes.slice(begin, begin + nodesOfOne), plan.podsPerNode);
    const burst = await stand.traffic.burst(destinations, PATIENCE_MS);
    bursts.push({ ...burst, wanted: destinations.length });
  }
  return bursts;
}

function recordBursts({ recorder, cell }: Turn, bursts: readonly MeasuredBurst[], share: number): void {
  const record = (series: string, of: (burst: MeasuredBurst) => number | null) =>
    recorder.add(cell, `burst.${series}`, bursts.map(of), share);
  record('sent', ({ sent }) => sent);
  record('answered', ({ answered, wanted }) => (answered * 100) / wanted);
  record('lost', ({ answered, wanted }) => wanted - answered);
  record('last', ({ last }) => last);
}
