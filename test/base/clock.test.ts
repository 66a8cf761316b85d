import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { monotonicOrigin } from '../../src/base/clock.ts';

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
