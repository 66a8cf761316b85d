import type { Ipv4 } from '../../net/ipv4.ts';
import { activeCount, podAddress, shuffledNodes } from '../address-plan.ts';
import type { Contestant } from '../contestant.ts';
import type { Cell, Recorder } from '../recorder.ts';
import type { ComparisonPlan } from '../results.ts';
import type { Scene } from '../scene.ts';
import type { Stand } from '../stand.ts';

/** One contestant's turn with one number of nodes. */
export interface Turn {
  readonly scene: Scene;
  readonly stand: Stand;
  readonly contestant: Contestant;
  readonly plan: ComparisonPlan;
  readonly nodes: number;
  readonly cell: Cell;
  readonly recorder: Recorder;
}

/** Shares that come to the same nodes, which are measured once. */
export interface ActiveNodes {
  readonly shares: readonly number[];
  /** Those that no smaller share has. */
  readonly added: readonly number[];
}

/**
 * The active nodes of each share, from the smallest on. Each holds the nodes of those before, so that one agent's life
 * serves for all of them.
 */
export function activeNodes({ nodes, plan }: Pick<Turn, 'nodes' | 'plan'>): ActiveNodes[] {
  const order = shuffledNodes(nodes);
  const counts = [...new Set(plan.active.map((share) => activeCount(nodes, share)))].sort(
    (one, other) => one - other,
  );
  return counts.map((count, index) => ({
    shares: plan.active.filter((share) => activeCount(nodes, share) === count),
    added: order.slice(counts[index - 1] ?? 0, count),
  }));
}

/** All pods of the nodes: the first one of each, then the second of each and so on. */
export function podsOf(nodes: readonly number[], podsPerNode: number): Ipv4[] {
  return Array.from({ length: podsPerNode }, (_, pod) => nodes.map((node) => podAddress(node, pod))).flat();
}
