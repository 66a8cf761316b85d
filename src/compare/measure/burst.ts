import type { Ipv4 } from '../../net/ipv4.ts';
import type { Agent } from '../agent.ts';
import type { Slices } from '../slices.ts';
import type { Burst } from '../traffic/verbs.ts';
import { activeNodes, podsOf, type Turn } from './turn.ts';
import { Usage } from './usage.ts';

/** The kernel lets 1,024 addresses of all namespaces wait at once (gc_thresh3), and a reply takes up to 1 KiB of buffer. */
const MOST_AT_ONCE = 512;
/** Longer than the kernel asks for an address. */
const PATIENCE_MS = 3500;

/** Where a share has so many nodes that they are more than one burst, there are so many bursts at most. */
const MOST_BURSTS = 5;

/** Bursts to the pods of nodes that nothing was sent to yet, for one share after another. */
export async function* measureBursts(turn: Turn, agent: Agent): Slices {
  for (const { shares, added } of activeNodes(turn)) {
    const usage = new Usage(turn, agent, 'burst');
    const bursts: MeasuredBurst[] = [];
    for (const destinations of burstsOf(turn, added)) {
      const burst = await usage.during(() => turn.stand.traffic.burst(destinations, PATIENCE_MS));
      bursts.push({ ...burst, wanted: destinations.length });
      yield;
    }
    usage.record(shares);
    for (const share of shares) {
      recordBursts(turn, bursts, share);
    }
  }
}

interface MeasuredBurst extends Burst {
  readonly wanted: number;
}

function burstsOf({ plan }: Turn, nodes: readonly number[]): Ipv4[][] {
  const nodesOfOne = Math.max(Math.floor(MOST_AT_ONCE / plan.podsPerNode), 1);
  const count = Math.min(Math.ceil(nodes.length / nodesOfOne), MOST_BURSTS);
  return Array.from({ length: count }, (_, index) =>
    podsOf(nodes.slice(index * nodesOfOne, (index + 1) * nodesOfOne), plan.podsPerNode),
  );
}

function recordBursts({ recorder, cell }: Turn, bursts: readonly MeasuredBurst[], share: number): void {
  const record = (series: string, of: (burst: MeasuredBurst) => number | null) =>
    recorder.add(cell, `burst.${series}`, bursts.map(of), share);
  record('sent', ({ sent }) => sent);
  record('answered', ({ answered, wanted }) => (answered * 100) / wanted);
  record('lost', ({ answered, wanted }) => wanted - answered);
  record('last', ({ last }) => last);
}
