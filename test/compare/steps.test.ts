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
  it('let the contestants take turns, another one first in each round', () => {
    const { turns } = stepsOf(plan([10, 100], 2), contestants, SCHEDULE);
    assert.deepEqual(
      turns.map(({ nodes, round, contestant }) => `${nodes} ${round} ${contestant.name}`),
      [
        ...['10 1 lazy', '10 1 eager', '10 1 flannel', '10 2 eager', '10 2 flannel', '10 2 lazy'],
        ...['100 1 lazy', '100 1 eager', '100 1 flannel', '100 2 eager', '100 2 flannel', '100 2 lazy'],
      ],
    );
  });

  it('take less than ten minutes for three contestants with 10, 100 and 1,000 nodes', () => {
    const { raise, turns, killed } = stepsOf(plan([10, 100, 1000], 5), contestants, SCHEDULE);
    const seconds = [raise, ...turns, killed].reduce((sum, step) => sum + step.seconds, 0);
    assert.ok(seconds < 600 && seconds > 200, `${seconds} s`);
    assert.ok(killed.seconds >= 120);
  });
});
