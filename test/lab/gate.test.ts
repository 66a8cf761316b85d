import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from '../../src/lab/gate.ts';
import { LabFault } from '../../src/lab/lab-fault.ts';

test('an open gate gives what the work gives, and its error', async () => {
  const gate = new Gate();
  assert.equal(await gate.pass(async () => 7), 7);
  await assert.rejects(
    gate.pass(() => Promise.reject(new RangeError('of the work'))),
    RangeError,
  );
});

test('closing tells the work inside to end, and waits for it', async () => {
  const gate = new Gate();
  let endWork = () => {};
  const work = gate.pass(() => new Promise<void>((resolve) => (endWork = resolve)));
  let closed = false;
  const closing = gate.close().then(() => {
    closed = true;
  });
  assert.ok(gate.signal.aborted);
  await new Promise(setImmediate);
  assert.equal(closed, false, 'it waits');
  endWork();
  await work;
  await closing;
});

test('closing does not fail with the work inside', async () => {
  const gate = new Gate();
  const work = gate.pass(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new RangeError('aborted')));
      }),
  );
  await Promise.all([assert.rejects(work, RangeError), gate.close()]);
});

test('a closed gate lets nothing in', async () => {
  const gate = new Gate();
  await gate.close();
  let begun = false;
  const work = gate.pass(async () => {
    begun = true;
  });
  await assert.rejects(work, LabFault);
  assert.equal(begun, false);
});
