import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BenchFault } from '../../scripts/bench/bench-fault.ts';
import { requireAnswers, requirePace } from '../../scripts/bench/conditions.ts';

test('of destinations without an answer nothing is told', () => {
  const pairs = { costs: [1], firsts: [2], seconds: [1], unanswered: 0 };
  assert.equal(requireAnswers(pairs), pairs);
  assert.throws(() => requireAnswers({ ...pairs, unanswered: 1 }), BenchFault);
});

test('a turn counts only when datagrams and lease changes came as fast as they were to', () => {
  const turn = { accepted: 100_000, changes: 450, sendingSeconds: 5 };
  assert.equal(requirePace(turn, 20_000, 100), turn);
  assert.equal(requirePace({ ...turn, changes: 0 }, 20_000, 0).changes, 0);
  for (const slow of [
    { ...turn, changes: 249 },
    { ...turn, accepted: 49_000 },
    { ...turn, sendingSeconds: 11 },
  ]) {
    assert.throws(() => requirePace(slow, 20_000, 100), BenchFault);
  }
});
