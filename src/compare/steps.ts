import type { Step } from '../lab/progress.ts';
import type { Contestant } from './contestant.ts';
import type { ComparisonPlan } from './results.ts';
import type { Schedule } from './schedule.ts';

/** One contestant's turn with one number of nodes in one round. */
export interface TurnStep extends Step {
  readonly nodes: number;
  readonly round: number;
  readonly contestant: Contestant;
}

export interface Steps {
  readonly raise: Step;
  /** In their order: for each number of nodes the rounds, in each round the contestants, another one first each time. */
  readonly turns: readonly TurnStep[];
  /** The killed, and beside them what is counted and not timed. */
  readonly killed: Step;
}

/** Seconds of a turn on a usual machine: its starts and waits, and what it sends and reads for each node. */
const TURN_SECONDS = 6;
const SECONDS_PER_NODE = 0.002;
/** Of the lives in which what is not timed is counted, for all contestants side by side. */
const COUNTED_SECONDS = 30;
const COUNTED_SECONDS_PER_NODE = 0.02;

export function stepsOf(plan: ComparisonPlan, contestants: readonly Contestant[], schedule: Schedule): Steps {
  const turns = plan.nodes.flatMap((nodes) =>
    Array.from({ length: plan.rounds }, (_, index) =>
      rotated(contestants, index).map((contestant) => ({
        title: `${contestant.name}, ${nodes} nodes, round ${index + 1} of ${plan.rounds}`,
        seconds: TURN_SECONDS + nodes * SECONDS_PER_NODE,
        nodes,
        round: index + 1,
        contestant,
      })),
    ).flat(),
  );
  const counted = plan.nodes.map((nodes) => COUNTED_SECONDS + nodes * COUNTED_SECONDS_PER_NODE);
  const waiting = Math.max(0, ...schedule.killedAfterMs) / 1000 + 5;
  return {
    raise: { title: 'raising hosts and etcd', seconds: 4 },
    turns,
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
