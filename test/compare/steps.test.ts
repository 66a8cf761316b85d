import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Contestant } from '../../src/compare/contestant.ts';
import { SCHEDULE } from '../../src/compare/schedule.ts';
import { stepsOf } from '../../src/compare/steps.ts';

const contestants: Contestant[] = [
  { kind: 'mode', name: 'lazy' },
  { kind: 'mode', name: 'eager' },
  { kind: 'peer', name: 'flannel', command: 'flanneld' },
];

const plan = (nodes: number[], rounds: number) => ({
  contestants: contestants.map(({ name, kind }) => ({ name, kind })),
  nodes,
  active: [1],
  podsPerNode: 1,
  rounds,
});

describe('the steps of a comparison', () => {
  it('let another contestant be the first in each round', () => {
    const { rounds } = stepsOf(plan([10, 100], 2), contestants, SCHEDULE);
    assert.deepEqual(
      rounds.map(
        ({ nodes, round, contestants: order }) => `${nodes} ${round} ${order.map(({ name }) => name)}`,
      ),
      [
        ...['10 1 lazy,eager,flannel', '10 2 eager,flannel,lazy'],
        ...['100 1 lazy,eager,flannel', '100 2 eager,flannel,lazy'],
      ],
    );
  });

  it('take less than ten minutes for three contestants with 10, 100 and 1,000 nodes', () => {
    const { raise, rounds, killed } = stepsOf(plan([10, 100, 1000], 5), contestants, SCHEDULE);
    const seconds = [raise, ...rounds, killed].reduce((sum, step) => sum + step.seconds, 0);
    assert.ok(seconds < 600 && seconds > 200, `${seconds} s`);
    assert.ok(killed.seconds >= 120);
  });
});
