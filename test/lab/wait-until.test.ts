import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabFault } from '../../src/lab/lab-fault.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';

test('it looks until something is found, through absence and errors', async () => {
  const looks = [
    () => undefined,
    () => false as const,
    () => {
      throw new RangeError('not yet');
    },
    () => 'found',
  ];
  assert.equal(await waitUntil('a thing', () => looks.shift()?.(), { interval: 1 }), 'found');
  assert.equal(looks.length, 0);
});

test('zero and the empty string are findings', async () => {
  assert.equal(await waitUntil('a number', () => 0), 0);
  assert.equal(await waitUntil('a text', () => ''), '');
});

test('when the time is up the last error is told', async () => {
  const look = () => Promise.reject(new RangeError('nobody listens'));
  await assert.rejects(
    waitUntil('etcd', look, { timeout: 5, interval: 1 }),
    /^LabFault: etcd: not within 5 ms \(nobody listens\); allowed: sooner$/,
  );
});

test('a LabFault says that waiting is in vain', async () => {
  let looks = 0;
  const look = () => {
    looks++;
    throw new LabFault('etcd', 'it ended', 'a program that runs');
  };
  await assert.rejects(waitUntil('etcd', look), /etcd: it ended/);
  assert.equal(looks, 1);
});

test('a signal ends the waiting', async () => {
  const abort = new AbortController();
  const waiting = waitUntil('a thing', () => undefined, { signal: abort.signal, timeout: 60_000 });
  abort.abort();
  await assert.rejects(waiting, /being taken down/);
});
