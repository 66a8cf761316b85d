import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { monotonicOrigin, neverBefore } from '../../src/base/clock.ts';

test("a thread's clock and its origin are the monotonic clock of the process", async () => {
  const worker = new Worker(
    'const { parentPort } = require("node:worker_threads"); const [s, n] = process.hrtime(); ' +
      'parentPort.postMessage(s * 1000 + n / 1e6);',
    { eval: true },
  );
  const before = monotonicOrigin() + performance.now();
  const [there] = await once(worker, 'message');
  const after = monotonicOrigin() + performance.now();
  assert.ok(before <= there && there <= after, `${before}, ${there}, ${after}`);
});

test('a timer fires no sooner than asked for, whatever the fraction of a millisecond', async () => {
  const early: string[] = [];
  for (let round = 0; round < 100; round++) {
    const milliseconds = 1 + (round % 10) * 0.37;
    const begun = performance.now();
    await new Promise((resolve) => setTimeout(resolve, neverBefore(milliseconds)));
    const elapsed = performance.now() - begun;
    if (elapsed < milliseconds) {
      early.push(`${elapsed} of ${milliseconds} ms`);
    }
  }
  assert.deepEqual(early, []);
});
