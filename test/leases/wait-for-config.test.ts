import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConfigFault } from '../../src/leases/faults.ts';
import { waitForConfig } from '../../src/leases/wait-for-config.ts';
import { recordingLog } from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore } from '../support/memory-store.ts';

function setUp() {
  const clock = new ManualClock();
  const cluster = new MemoryCluster(clock);
  const store = new MemoryStore(cluster);
  const log = recordingLog();
  const stop = new AbortController();
  const wait = () => waitForConfig({ store, clock, log, random: () => 1, signal: stop.signal });
  return { clock, cluster, store, log, stop, wait };
}

test('a config that is there is read at once', async () => {
  const { cluster, store, log, wait } = setUp();
  cluster.put(store.configKey, '{"Network":"10.5.0.0/16"}');
  assert.equal((await wait())?.subnetLength, 24);
  assert.deepEqual(log.lines, []);
});

test('an unreachable store and an absent config are waited for, each said every time', async () => {
  const { clock, cluster, store, log, wait } = setUp();
  store.unreachable = true;
  const config = wait();
  await clock.advance(0);
  await clock.advance(100);
  assert.equal(log.lines.length, 2);
  assert.match(log.lines[1] ?? '', /waiting for the network config.*unreachable/);
  store.unreachable = false;
  await clock.advance(200);
  assert.equal(log.lines.length, 3);
  assert.match(log.lines[2] ?? '', /coreos\.com\/network\/config.*no such key in etcd/);
  cluster.put(store.configKey, '{"Network":"10.5.0.0/16"}');
  await clock.advance(400);
  assert.equal((await config)?.vni, 1);
});

test('an invalid config ends the wait at once', async () => {
  const { cluster, store, wait } = setUp();
  cluster.put(store.configKey, '{');
  await assert.rejects(wait(), ConfigFault);
});

test('the signal ends the wait', async () => {
  const { stop, wait } = setUp();
  const config = wait();
  await turn();
  stop.abort();
  assert.equal(await config, undefined);
});
