import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { activeNodes, podsOf } from '../../src/compare/measure/turn.ts';
import { formatIpv4 } from '../../src/net/ipv4.ts';

const plan = (active: number[]) => ({
  contestants: [{ name: 'lazy', kind: 'mode' as const }],
  nodes: [10],
  active,
  podsPerNode: 2,
  rounds: 1,
});

describe('the nodes that are talked to', () => {
  it('grow from the smallest share to the largest, whatever the order', () => {
    const groups = activeNodes({ nodes: 100, plan: plan([1, 0.01, 0.1]) });
    assert.deepEqual(
      groups.map(({ shares, added }) => [shares, added.length]),
      [
        [[0.01], 1],
        [[0.1], 9],
        [[1], 90],
      ],
    );
    assert.equal(new Set(groups.flatMap(({ added }) => added)).size, 100);
  });

  it('are measured once for shares that come to the same', () => {
    const groups = activeNodes({ nodes: 10, plan: plan([0.01, 0.1, 1]) });
    assert.deepEqual(
      groups.map(({ shares, added }) => [shares, added.length]),
      [
        [[0.01, 0.1], 1],
        [[1], 9],
      ],
    );
  });

  it('are taken in turn, one pod of each after the other', () => {
    assert.deepEqual(podsOf([3, 1], 2).map(formatIpv4), [
      '10.128.3.2',
      '10.128.1.2',
      '10.128.3.3',
      '10.128.1.3',
    ]);
  });
});
