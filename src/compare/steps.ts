import type { Step } from '../lab/progress.ts';
import type { Contestant } from './contestant.ts';
import type { ComparisonPlan } from './results.ts';
import type { Schedule } from './schedule.ts';

/** All contestants side by side with one number of nodes. */
export interface RoundStep extends Step {
  readonly nodes: number;
  readonly round: number;
  /** In their order: another one first each time. */
  readonly contestants: readonly Contestant[];
}

export interface Steps {
  readonly raise: Step;
  /** In their order: for each number of nodes one after another. */
  readonly rounds: readonly RoundStep[];
  /** The killed, and beside them what is counted and not timed. */
  readonly killed: Step;
}

/** Seconds of one contestant on a usual machine: its starts and waits, and what it sends and reads for each node. */
const TURN_SECONDS = 6;
const SECONDS_PER_NODE = 0.002;
/** Of the lives in which what is not timed is counted, for all contestants side by side. */
const COUNTED_SECONDS = 30;
const COUNTED_SECONDS_PER_NODE = 0.02;

export function stepsOf(plan: ComparisonPlan, contestants: readonly Contestant[], schedule: Schedule): Steps {
  const rounds = plan.nodes.flatMap((nodes) =>
    Array.from({ length: plan.rounds }, (_, index) => ({
      title: `${nodes} nodes, round ${index + 1} of ${plan.rounds}`,
      seconds: contestants.length * (TURN_SECONDS + nodes * SECONDS_PER_NODE),
      nodes,
      round: index + 1,
      contestants: rotated(contestants, index),
    })),
  );
  const counted = plan.nodes.map((nodes) => COUNTED_SECONDS + nodes * COUNTED_SECONDS_PER_NODE);
  const waiting = Math.max(0, ...schedule.killedAfterMs) / 1000 + 5;
  return {
    raise: { title: 'raising hosts and etcd', seconds: 4 },
    rounds,
    killed: {
      title: 'killing the agents and waiting; counting requests meanwhile',
      seconds: Math.max(waiting, sum(counted)),
    },
  };
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const first = by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
