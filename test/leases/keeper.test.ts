import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { claimSubnet, LEASE_TTL_SECONDS } from '../../src/leases/claim.ts';
import { ConfigFault, type LeaseFault } from '../../src/leases/faults.ts';
import { LeaseKeeper } from '../../src/leases/keeper.ts';
import { Mirror } from '../../src/leases/mirror.ts';
import {
  hostIdentity,
  keyOf,
  range,
  recordingLog,
  self,
  stored,
  valueOfHost,
} from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore } from '../support/memory-store.ts';

const HOUR = 3_600_000;
const NAME = '10.5.1.0-24';

/** A keeper of host 1's 10.5.1.0/24 with a margin of one hour, running, and fed by a mirror if wanted. */
async function keeperOf(t: TestContext, { reserved = false, mirrored = true } = {}) {
  const clock = new ManualClock();
  const cluster = new MemoryCluster(clock);
  const store = new MemoryStore(cluster);
  const log = recordingLog();
  if (reserved) {
    cluster.put(keyOf(NAME), valueOfHost(1));
  }
  const identity = hostIdentity(1);
  const claim = await claimSubnet({ store, config: range, identity, random: () => 0, clock, log });
  const lost: LeaseFault[] = [];
  const keeper = new LeaseKeeper({
    store,
    claim,
    identity,
    renewMarginMinutes: 60,
    clock,
    log,
    random: () => 0,
    onLost: (fault) => lost.push(fault),
  });
  const running = [keeper.run()];
  const mirror = new Mirror({
    store,
    self,
    clock,
    log,
    random: () => 0,
    onChanges: () => undefined,
    onOwnKey: (seen) => keeper.observe(seen),
  });
  if (mirrored) {
    running.push(mirror.run());
  }
  t.after(async () => {
    mirror.stop();
    keeper.stop();
    await Promise.all(running);
  });
  await turn();
  const now = () => cluster.pairs.get(keyOf(NAME));
  return { clock, cluster, store, log, claim, lost, keeper, now };
}

test('the lease is renewed an hour before its end, again and again, and its former etcd lease ended', async (t) => {
  const { clock, cluster, claim, keeper, now, lost } = await keeperOf(t);
  await clock.advance(23 * HOUR - 1);
  assert.equal(keeper.status().renewals, 0);
  await clock.advance(1);
  assert.equal(keeper.status().renewals, 1);
  assert.equal(keeper.status().expiresAt, clock.wall() + LEASE_TTL_SECONDS * 1000);
  assert.notEqual(now()?.leaseId, claim.leaseId);
  assert.deepEqual(Array.from(cluster.leases.keys()), [now()?.leaseId]);
  await clock.advance(23 * HOUR * 3);
  assert.deepEqual([keeper.status().renewals, keeper.status().reclaims, lost.length], [4, 0, 0]);
});

test('a wall clock that jumps ahead, as after a suspension, brings the renewal forward', async (t) => {
  const { clock, keeper } = await keeperOf(t);
  clock.jumpWall(23 * HOUR);
  await clock.advance(60_000);
  assert.equal(keeper.status().renewals, 1);
});

test('a wall clock that is set back does not delay the renewal', async (t) => {
  const { clock, keeper, now } = await keeperOf(t);
  clock.jumpWall(-5 * HOUR);
  await clock.advance(23 * HOUR);
  assert.equal(keeper.status().renewals, 1);
  assert.ok(now() !== undefined);
});

test('a renewal that fails is tried again with back-off and said each time', async (t) => {
  const { clock, store, keeper, log, now } = await keeperOf(t, { mirrored: false });
  await clock.advance(23 * HOUR - 1);
  store.unreachable = true;
  await clock.advance(60_000);
  const said = log.lines.filter((line) => line.includes('could not be tended')).length;
  assert.ok(said > 10 && said < 40, String(said));
  store.unreachable = false;
  await clock.advance(5000);
  assert.equal(keeper.status().renewals, 1);
  assert.ok(now() !== undefined);
});

test('a renewal whose answer is lost is recognised as our own', async (t) => {
  const { clock, cluster, store, keeper, lost, now } = await keeperOf(t, { mirrored: false });
  await clock.advance(23 * HOUR - 1);
  store.lostAnswers = 1;
  await clock.advance(5000);
  assert.deepEqual(lost, []);
  assert.deepEqual([keeper.status().renewals, keeper.status().reclaims], [0, 0]);
  assert.ok((keeper.status().expiresAt ?? 0) > clock.wall() + 23 * HOUR);
  assert.deepEqual(Array.from(cluster.leases.keys()), [now()?.leaseId]);
  await clock.advance(23 * HOUR);
  assert.equal(keeper.status().renewals, 1);
});

test('an outage beyond the end of the lease ends in the same subnet', async (t) => {
  const { clock, store, keeper, now, lost } = await keeperOf(t);
  store.unreachable = true;
  store.breakWatches();
  await clock.advance(30 * HOUR);
  store.unreachable = false;
  await clock.advance(10_000);
  assert.equal(keeper.status().reclaims, 1);
  assert.equal(now()?.value, valueOfHost(1));
  assert.deepEqual(lost, []);
});

test('a key that vanished just before an outage is claimed again after it', async (t) => {
  const { clock, cluster, store, keeper, now } = await keeperOf(t, { mirrored: false });
  cluster.delete(keyOf(NAME));
  store.unreachable = true;
  keeper.observe(undefined);
  await clock.advance(60_000);
  store.unreachable = false;
  await clock.advance(5000);
  assert.deepEqual([now()?.value, keeper.status().reclaims], [valueOfHost(1), 1]);
});

test('a key that is back before we look again is compared, not mourned', async (t) => {
  const { cluster, store, keeper, lost } = await keeperOf(t, { mirrored: false });
  const list = store.list.bind(store);
  store.list = () => {
    cluster.put(keyOf(NAME), valueOfHost(1));
    return list();
  };
  cluster.delete(keyOf(NAME));
  keeper.observe(undefined);
  await turn();
  assert.deepEqual([lost.length, keeper.status().reclaims], [0, 0]);
  assert.equal(keeper.status().expiresAt, undefined);
});

test('another PublicIP in our key is a loss, even with our MAC', async (t) => {
  const { cluster, lost } = await keeperOf(t);
  cluster.put(keyOf(NAME), valueOfHost(1).replace('10.99.0.1', '10.99.0.7'));
  await turn();
  assert.match(lost[0]?.message ?? '', /held by PublicIP 10\.99\.0\.7 with MAC 02:00:00:00:00:01/);
});

test('a key that vanishes is claimed again at once', async (t) => {
  const { clock, cluster, keeper, now, lost } = await keeperOf(t);
  cluster.delete(keyOf(NAME));
  await turn();
  assert.equal(now()?.value, valueOfHost(1));
  assert.deepEqual([keeper.status().reclaims, lost.length], [1, 0]);
  assert.equal(keeper.status().expiresAt, clock.wall() + LEASE_TTL_SECONDS * 1000);
});

test('an etcd lease that is revoked under us is made anew', async (t) => {
  const { cluster, claim, keeper, now } = await keeperOf(t);
  cluster.revoke(claim.leaseId ?? 0n);
  await turn();
  assert.equal(keeper.status().reclaims, 1);
  assert.ok(cluster.leases.has(now()?.leaseId ?? 0n));
});

test('a vanished key that another host took is lost to that host, by name', async (t) => {
  const { cluster, keeper, lost, now } = await keeperOf(t);
  cluster.delete(keyOf(NAME));
  cluster.put(keyOf(NAME), valueOfHost(7));
  await turn();
  assert.equal(lost.length, 1);
  assert.match(
    lost[0]?.message ?? '',
    /10\.5\.1\.0-24: held by PublicIP 10\.99\.0\.7 with MAC 02:00:00:00:00:07/,
  );
  assert.equal(now()?.value, valueOfHost(7));
  assert.equal(keeper.status().reclaims, 0);
});

test('a vanished key whose subnet is taken under another key is lost to its holder', async (t) => {
  const { cluster, lost } = await keeperOf(t);
  cluster.delete(keyOf(NAME));
  cluster.put(keyOf('10.5.0.0-20'), valueOfHost(7));
  await turn();
  assert.match(lost[0]?.message ?? '', /10\.5\.0\.0-20: held by PublicIP 10\.99\.0\.7/);
});

test('another MAC in our key means that another host uses our PublicIP', async (t) => {
  const { cluster, lost, keeper, clock, now } = await keeperOf(t);
  const theirs = valueOfHost(1).replace('00:01"', '00:99"');
  cluster.put(keyOf(NAME), theirs);
  await turn();
  assert.equal(lost.length, 1);
  assert.match(lost[0]?.message ?? '', /held by PublicIP 10\.99\.0\.1 with MAC 02:00:00:00:00:99/);
  cluster.put(keyOf(NAME), valueOfHost(8));
  keeper.observe(undefined);
  await clock.advance(48 * HOUR);
  assert.equal(lost.length, 1);
  assert.equal(now()?.value, valueOfHost(8));
});

test('a hijack that no watch reported is noticed at the renewal and not overwritten', async (t) => {
  const { clock, cluster, lost, now } = await keeperOf(t, { mirrored: false });
  cluster.put(keyOf(NAME), valueOfHost(7));
  await clock.advance(23 * HOUR);
  assert.equal(lost.length, 1);
  assert.equal(now()?.value, valueOfHost(7));
});

test('a rewrite that says the same is adopted, with its own end', async (t) => {
  const { clock, cluster, claim, keeper, lost, log } = await keeperOf(t);
  const theirs = cluster.grant(2 * 3600);
  cluster.put(keyOf(NAME), `${valueOfHost(1)} `, theirs);
  await turn();
  assert.deepEqual(lost, []);
  assert.equal(keeper.status().expiresAt, clock.wall() + 2 * HOUR);
  assert.equal(cluster.leases.has(claim.leaseId ?? 0n), false);
  await clock.advance(HOUR);
  assert.equal(keeper.status().renewals, 1, log.lines.join('\n'));
});

test('garbage in our key is nobody’s claim: our value is written again', async (t) => {
  const { cluster, keeper, lost, now } = await keeperOf(t);
  cluster.put(keyOf(NAME), '{');
  await turn();
  assert.deepEqual([now()?.value, lost.length, keeper.status().reclaims], [valueOfHost(1), 0, 1]);
});

test('old news about our key is no loss', async (t) => {
  const { cluster, clock, keeper, lost, claim, now } = await keeperOf(t, { mirrored: false });
  await clock.advance(23 * HOUR);
  const before = cluster.revision;
  // A list read before the claim, before the renewal, and the renewal's own echo.
  keeper.observe(undefined);
  await turn();
  keeper.observe({ ...stored(NAME, claim.value, claim.modRevision), leaseId: claim.leaseId });
  await turn();
  keeper.observe(stored(NAME, valueOfHost(7), claim.modRevision - 1n));
  await turn();
  keeper.observe(stored(NAME, claim.value, now()?.modRevision));
  await turn();
  assert.deepEqual([lost.length, keeper.status().reclaims, cluster.revision - before], [0, 0, 0n]);
});

test('a store that was wiped gets our key back, although its revisions begin anew', async (t) => {
  const { clock, cluster, store, keeper, now, lost } = await keeperOf(t);
  cluster.restore(new Map(), 1n);
  store.breakWatches();
  await clock.advance(1000);
  assert.deepEqual([now()?.value, keeper.status().reclaims, lost.length], [valueOfHost(1), 1, 0]);
});

test('a reserved key is never renewed', async (t) => {
  const { clock, keeper, cluster } = await keeperOf(t, { reserved: true });
  const { revision } = cluster;
  await clock.advance(100 * HOUR);
  assert.deepEqual(keeper.status(), { renewals: 0, reclaims: 0 });
  assert.equal(cluster.revision, revision);
});

test('release deletes our key and its etcd lease', async (t) => {
  const { cluster, keeper, now } = await keeperOf(t, { mirrored: false });
  await keeper.release();
  assert.deepEqual([now(), cluster.leases.size], [undefined, 0]);
});

test('release leaves a key that is another’s', async (t) => {
  const { cluster, keeper, now } = await keeperOf(t, { mirrored: false });
  cluster.put(keyOf(NAME), valueOfHost(7));
  await keeper.release();
  assert.equal(now()?.value, valueOfHost(7));
});

for (const renewMarginMinutes of [0, -1, 1440, Number.NaN]) {
  test(`a margin of ${renewMarginMinutes} minutes is refused`, async (t) => {
    const { store, claim, clock, log } = await keeperOf(t);
    const options = {
      store,
      claim,
      identity: hostIdentity(1),
      clock,
      log,
      random: () => 0,
      onLost: () => undefined,
    };
    assert.throws(() => new LeaseKeeper({ ...options, renewMarginMinutes }), ConfigFault);
  });
}
