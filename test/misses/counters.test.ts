import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COUNTERS, Counters } from '../../src/misses/counters.ts';

test('every counter has a place of its own, in memory that two threads see', () => {
  const writer = new Counters();
  const reader = new Counters(writer.memory);
  for (const [index, name] of COUNTERS.entries()) {
    writer.add(name, index + 1);
    writer.add(name);
  }
  assert.deepEqual(
    COUNTERS.map((name) => reader.get(name)),
    COUNTERS.map((_, index) => index + 2),
  );
  writer.set('neighbours', 5);
  assert.equal(reader.get('neighbours'), 5);
  assert.deepEqual(reader.refusals(), {});
});

test('refused answers are counted by the name of their errno', () => {
  const counters = new Counters();
  for (const errno of [105, 105, 2, 133, 4095, -1, 0]) {
    counters.addRefusal(errno);
  }
  assert.deepEqual(counters.refusals(), { 'errno 0': 3, ENOENT: 1, ENOBUFS: 2, 'errno 133': 1 });
  assert.deepEqual(
    COUNTERS.map((name) => counters.get(name)),
    COUNTERS.map(() => 0),
  );
});
