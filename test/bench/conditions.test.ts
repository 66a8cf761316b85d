import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BenchFault } from '../../scripts/bench/bench-fault.ts';
import { paceFault, requireAnswers } from '../../scripts/bench/conditions.ts';

test('of destinations without an answer nothing is told', () => {
  const pairs = { costs: [1], firsts: [2], seconds: [1], unanswered: 0 };
  assert.equal(requireAnswers(pairs), pairs);
  assert.throws(() => requireAnswers({ ...pairs, unanswered: 1 }), BenchFault);
});

test('a turn counts only when datagrams and lease changes came as fast as they were to', () => {
  const turn = { accepted: 100_000, changes: 450, sendingSeconds: 5 };
  assert.equal(paceFault(turn, 20_000, 100), undefined);
  assert.equal(paceFault({ ...turn, changes: 0 }, 20_000, 0), undefined);
  for (const slow of [
    { ...turn, changes: 249 },
    { ...turn, accepted: 49_000 },
    { ...turn, sendingSeconds: 11 },
  ]) {
    assert.ok(paceFault(slow, 20_000, 100) instanceof BenchFault);
  }
});
