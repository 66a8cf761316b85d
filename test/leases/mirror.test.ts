import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { LeaseChange } from '../../src/leases/lease.ts';
import { Mirror, type StoreSigns } from '../../src/leases/mirror.ts';
import type { StoredLease } from '../../src/leases/store.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import { hostIdentity, keyOf, recordingLog, self, valueOfHost } from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore } from '../support/memory-store.ts';

/** A mirror of host 1 over a memory store, and all that it told. */
function mirrorOf(t: TestContext) {
  const clock = new ManualClock();
  const cluster = new MemoryCluster(clock);
  const store = new MemoryStore(cluster);
  const log = recordingLog();
  const told: string[] = [];
  const signs: StoreSigns[] = [];
  const own: (StoredLease | undefined)[] = [];
  const mirror = new Mirror({
    store,
    self,
    clock,
    log,
    random: () => 0,
    onChanges: (changes, origin, sign) => {
      told.push([origin, ...changes.map(describeChange)].join(' '));
      signs.push(sign);
    },
    onOwnKey: (stored) => own.push(stored),
  });
  let running: Promise<void> = Promise.resolve();
  const start = async () => {
    running = mirror.run();
    await turn();
  };
  t.after(async () => {
    mirror.stop();
    await running;
  });
  return { clock, cluster, store, log, told, signs, own, mirror, start };
}

/** `+10.5.2.0/24@2`, `-10.5.2.0/24@2` or `10.5.2.0/24@2>3`: the number is the host. */
function describeChange({ before, after }: LeaseChange): string {
  const host = (publicIp: number) => publicIp & 0xff;
  if (before !== undefined && after !== undefined) {
    return `${formatPrefix(after.subnet)}@${host(before.publicIp)}>${host(after.publicIp)}`;
  }
  const sign = before === undefined ? '+' : '-';
  const lease = before ?? after;
  return lease === undefined ? 'nothing' : `${sign}${formatPrefix(lease.subnet)}@${host(lease.publicIp)}`;
}

test('the first list is told even when it is empty, and our key is said to be absent', async (t) => {
  const { mirror, start, told, own } = mirrorOf(t);
  assert.equal(mirror.snapshot().listed, false);
  await start();
  assert.deepEqual(told, ['list']);
  assert.deepEqual(own, [undefined]);
  assert.equal(mirror.snapshot().listed, true);
});

test('leases appear, change and go; a renewal changes nothing', async (t) => {
  const { cluster, mirror, start, told } = mirrorOf(t);
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await start();
  const renewed = cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await turn();
  assert.deepEqual(told, ['list +10.5.2.0/24@2']);
  assert.deepEqual(
    Array.from(mirror.snapshot().leases, ({ modRevision }) => modRevision),
    [renewed],
  );
  cluster.put(keyOf('10.5.3.0-24'), valueOfHost(3));
  await turn();
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(4));
  await turn();
  cluster.delete(keyOf('10.5.3.0-24'));
  await turn();
  assert.deepEqual(told.slice(1), ['watch +10.5.3.0/24@3', 'watch 10.5.2.0/24@2>4', 'watch -10.5.3.0/24@3']);
  assert.equal(mirror.snapshot().remote, 1);
  assert.equal(mirror.snapshot().revision, cluster.revision);
});

test('a change of the PublicIP alone is told', async (t) => {
  const { cluster, start, told } = mirrorOf(t);
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await start();
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2).replace('10.99.0.2', '10.99.0.22'));
  await turn();
  assert.deepEqual(told.slice(1), ['watch 10.5.2.0/24@2>22']);
});

test('a change of the MAC alone is told', async (t) => {
  const { cluster, start, told } = mirrorOf(t);
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await start();
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2).replace('00:02"', '00:99"'));
  await turn();
  assert.deepEqual(told.slice(1), ['watch 10.5.2.0/24@2>2']);
});

test('events of one response are told at once, and only what they come to', async (t) => {
  const { cluster, start, told } = mirrorOf(t);
  await start();
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  cluster.put(keyOf('10.5.3.0-24'), valueOfHost(3));
  cluster.delete(keyOf('10.5.3.0-24'));
  cluster.put(keyOf('10.5.4.0-24'), valueOfHost(4));
  await turn();
  assert.deepEqual(told, ['list', 'watch +10.5.2.0/24@2 +10.5.4.0/24@4']);
});

test('what changed while disconnected is told as the difference, attributes included', async (t) => {
  const { clock, cluster, store, mirror, log, start, told } = mirrorOf(t);
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  cluster.put(keyOf('10.5.3.0-24'), valueOfHost(3));
  cluster.put(keyOf('10.5.4.0-24'), valueOfHost(4));
  await start();
  store.breakWatches();
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(12));
  cluster.delete(keyOf('10.5.3.0-24'));
  cluster.put(keyOf('10.5.5.0-24'), valueOfHost(5));
  await clock.advance(50);
  assert.deepEqual(told.slice(1), ['list 10.5.2.0/24@2>12 -10.5.3.0/24@3 +10.5.5.0/24@5']);
  assert.equal(mirror.snapshot().relists.disconnected, 1);
  assert.equal(log.lines.filter((line) => line.includes('"reason":"disconnected"')).length, 1);
  assert.equal(store.watching, 1);
});

test('an unreachable store is tried again with back-off, said each time, and costs no lease', async (t) => {
  const { clock, cluster, store, mirror, log, start, told } = mirrorOf(t);
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await start();
  store.unreachable = true;
  store.breakWatches();
  await clock.advance(60_000);
  const { relists, remote } = mirror.snapshot();
  assert.equal(remote, 1);
  assert.deepEqual(told, ['list +10.5.2.0/24@2']);
  // Pauses of 50, 100, 200, 400 and then 800 ms: about 75 in a minute.
  assert.ok(relists['list-failed'] > 60 && relists['list-failed'] < 90, String(relists['list-failed']));
  assert.equal(log.lines.filter((line) => line.includes('list-failed')).length, relists['list-failed']);
  store.unreachable = false;
  cluster.delete(keyOf('10.5.2.0-24'));
  await clock.advance(2000);
  assert.deepEqual(told.slice(1), ['list -10.5.2.0/24@2']);
});

test('history that is gone leads to a list, and a store that never keeps any is not hammered', async (t) => {
  const { clock, cluster, store, mirror, start, told } = mirrorOf(t);
  await start();
  store.breakWatches('compacted');
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  cluster.compact();
  await clock.advance(50);
  assert.deepEqual(told.slice(1), ['list +10.5.2.0/24@2']);
  assert.equal(mirror.snapshot().relists.compacted, 1);
});

test('a store restored to an older revision is taken as it is', async (t) => {
  const { clock, cluster, store, log, mirror, start, told, signs } = mirrorOf(t);
  for (let i = 0; i < 20; i++) {
    cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  }
  await start();
  cluster.restore(new Map([[keyOf('10.5.3.0-24'), valueOfHost(3)]]), 3n);
  store.breakWatches();
  await clock.advance(50);
  cluster.put(keyOf('10.5.4.0-24'), valueOfHost(4));
  await turn();
  assert.deepEqual(told.slice(1), ['list -10.5.2.0/24@2 +10.5.3.0/24@3', 'watch +10.5.4.0/24@4']);
  assert.equal(mirror.snapshot().revision, 4n);
  assert.ok(log.lines.some((line) => line.includes('went back')));
  assert.deepEqual(
    signs.map(({ wentBack }) => wentBack),
    [false, true, false],
  );
});

test('with each change it is told whether our own key is missing', async (t) => {
  const { clock, cluster, store, start, told, signs } = mirrorOf(t);
  cluster.put(keyOf('10.5.1.0-24'), valueOfHost(1));
  await start();
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await turn();
  cluster.delete(keyOf('10.5.1.0-24'));
  cluster.delete(keyOf('10.5.2.0-24'));
  await turn();
  cluster.put(keyOf('10.5.3.0-24'), valueOfHost(3));
  await turn();
  cluster.put(keyOf('10.5.1.0-24'), valueOfHost(1));
  await turn();
  cluster.delete(keyOf('10.5.3.0-24'));
  await turn();
  store.breakWatches();
  cluster.delete(keyOf('10.5.1.0-24'));
  cluster.put(keyOf('10.5.4.0-24'), valueOfHost(4));
  await clock.advance(50);
  assert.deepEqual(
    told.map((line, at) => `${line} ${signs[at]?.ownMissing}`),
    [
      'list false',
      'watch +10.5.2.0/24@2 false',
      'watch -10.5.2.0/24@2 true',
      'watch +10.5.3.0/24@3 true',
      'watch -10.5.3.0/24@3 false',
      'list +10.5.4.0/24@4 true',
    ],
  );
});

test('a copy that agrees with the store is not listed again', async (t) => {
  const { clock, cluster, mirror, start, store } = mirrorOf(t);
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await start();
  cluster.put(keyOf('10.5.3.0-24'), valueOfHost(3));
  cluster.put(keyOf('junk'), '?');
  cluster.delete(keyOf('10.5.2.0-24'));
  let lists = 0;
  const list = store.list.bind(store);
  store.list = () => {
    lists += 1;
    return list();
  };
  await clock.advance(31 * 60_000);
  assert.deepEqual([lists, mirror.snapshot().relists.periodic], [0, 0]);
  cluster.pairs.delete(keyOf('10.5.3.0-24'));
  await clock.advance(6 * 60_000);
  assert.deepEqual([lists, mirror.snapshot().remote], [1, 0], 'a key that went without an event');
  const junk = cluster.pairs.get(keyOf('junk'));
  assert.ok(junk);
  cluster.pairs.set(keyOf('junk'), { ...junk, value: valueOfHost(2), modRevision: junk.modRevision + 1n });
  await clock.advance(6 * 60_000);
  assert.equal(lists, 2, 'a key that was written without an event');
});

test('a store that cannot be asked whether the copy is complete is listed again', async (t) => {
  const { clock, store, mirror, start } = mirrorOf(t);
  await start();
  store.unreachable = true;
  await clock.advance(5 * 60_000 + 10_000);
  store.unreachable = false;
  await clock.advance(5000);
  assert.ok(mirror.snapshot().relists['list-failed'] > 0);
});

test('a watch that lost an event without a sign is found out by comparing with the store', async (t) => {
  const { clock, cluster, log, mirror, start, told } = mirrorOf(t);
  await start();
  // The key is there, but no event was made of it.
  cluster.pairs.set(keyOf('10.5.2.0-24'), {
    key: keyOf('10.5.2.0-24'),
    value: valueOfHost(2),
    modRevision: cluster.revision,
    leaseId: undefined,
  });
  await clock.advance(5 * 60_000 - 1);
  assert.deepEqual(told, ['list']);
  await clock.advance(3001);
  assert.deepEqual(told, ['list', 'list +10.5.2.0/24@2']);
  assert.equal(mirror.snapshot().relists.periodic, 1);
  assert.ok(log.lines.some((line) => line.startsWith('warn the watch had missed')));
});

test('junk is logged once, counted, and hurts nothing beside it', async (t) => {
  const { clock, cluster, store, log, mirror, start, told } = mirrorOf(t);
  cluster.put(keyOf('hello'), 'x');
  cluster.put(keyOf('10.5.9.0-24'), '{');
  cluster.put(keyOf('10.5.8.0-24'), '{"PublicIP":"10.99.0.8","BackendType":"host-gw"}');
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await start();
  cluster.put(keyOf('hello'), 'y');
  store.breakWatches();
  await clock.advance(50);
  cluster.put(keyOf('10.5.8.0-24'), '{"PublicIP":"10.99.0.8","BackendType":"host-gw","X":1}');
  await turn();
  assert.deepEqual(told, ['list +10.5.2.0/24@2']);
  const { junk, otherBackend, remote } = mirror.snapshot();
  assert.deepEqual({ junk, otherBackend, remote }, { junk: 2, otherBackend: 1, remote: 1 });
  const about = (text: string) => log.lines.filter((line) => line.includes(text)).length;
  assert.deepEqual([about('/hello'), about('10.5.9.0-24'), about('10.5.8.0-24')], [1, 1, 1]);
  assert.ok(log.lines.some((line) => line.includes('host-gw')));
});

test('a lease that turns junk is gone, and comes back when it is mended', async (t) => {
  const { cluster, mirror, start, told } = mirrorOf(t);
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await start();
  cluster.put(keyOf('10.5.2.0-24'), '{}');
  await turn();
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await turn();
  assert.deepEqual(told.slice(1), ['watch -10.5.2.0/24@2', 'watch +10.5.2.0/24@2']);
  assert.equal(mirror.snapshot().junk, 0);
});

test('of two keys with one subnet the one written last holds it', async (t) => {
  const { cluster, start, told } = mirrorOf(t);
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await start();
  cluster.put(keyOf('10.5.2.0-24&fd00::-64'), valueOfHost(3));
  await turn();
  cluster.delete(keyOf('10.5.2.0-24&fd00::-64'));
  await turn();
  assert.deepEqual(told.slice(1), ['watch 10.5.2.0/24@2>3', 'watch 10.5.2.0/24@3>2']);
});

test('our own key is reported and is no lease', async (t) => {
  const { cluster, mirror, start, own } = mirrorOf(t);
  cluster.put(keyOf('10.5.1.0-24'), valueOfHost(1));
  await start();
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await turn();
  assert.equal(own.length, 1);
  cluster.put(keyOf('10.5.1.0-24'), valueOfHost(7));
  await turn();
  cluster.delete(keyOf('10.5.1.0-24'));
  await turn();
  assert.deepEqual(
    own.map((stored) => stored?.value),
    [valueOfHost(1), valueOfHost(7), undefined],
  );
  assert.equal(mirror.snapshot().remote, 1);
});

test('a stopped mirror says nothing and ends at once, also while the store does not answer', async (t) => {
  const { cluster, store, mirror, told } = mirrorOf(t);
  store.list = () => new Promise(() => undefined);
  const running = mirror.run();
  await turn();
  mirror.stop();
  await running;
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  await turn();
  assert.deepEqual(told, []);
  assert.equal(store.watching, 0);
});

test('a listener that throws ends the mirror with its error', async (t) => {
  for (const origin of ['list', 'watch']) {
    const { cluster, store } = mirrorOf(t);
    const broken = new Mirror({
      store,
      self,
      clock: new ManualClock(),
      log: recordingLog(),
      random: () => 0,
      onOwnKey: () => undefined,
      onChanges: (_changes, from) => assert.notEqual(from, origin, 'on purpose'),
    });
    const running = assert.rejects(broken.run(), /on purpose/);
    await turn();
    cluster.put(keyOf('10.5.2.0-24'), valueOfHost(hostIdentity(2).vni + 1));
    await running;
    assert.equal(store.watching, 0);
  }
});
