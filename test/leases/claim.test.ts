import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Claim, type ClaimOptions, claimSubnet, LEASE_TTL_SECONDS } from '../../src/leases/claim.ts';
import { LeaseFault, StoreFault } from '../../src/leases/faults.ts';
import type { Written } from '../../src/leases/store.ts';
import { formatPrefix, parsePrefix } from '../../src/net/prefix.ts';
import { hostIdentity, keyOf, range, recordingLog, valueOfHost } from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore } from '../support/memory-store.ts';

function setUp() {
  const clock = new ManualClock();
  const cluster = new MemoryCluster(clock);
  const store = new MemoryStore(cluster);
  const claim = (more: Partial<ClaimOptions> = {}): Promise<Claim> =>
    claimSubnet({
      store,
      config: range,
      identity: hostIdentity(1),
      random: () => 0,
      clock,
      log: recordingLog(),
      ...more,
    });
  const held = () => Array.from(cluster.pairs.keys(), (key) => key.replace(keyOf(''), ''));
  return { clock, cluster, store, claim, held };
}

test('a free subnet is drawn, written with flannel’s value and a day to live', async () => {
  const { clock, cluster, claim } = setUp();
  const made = await claim({ random: () => 0.5 });
  assert.equal(formatPrefix(made.subnet), '10.5.128.0/24');
  assert.equal(cluster.pairs.get(keyOf('10.5.128.0-24'))?.value, valueOfHost(1));
  assert.equal(made.expiresAt, clock.wall() + LEASE_TTL_SECONDS * 1000);
  assert.equal(made.modRevision, cluster.revision);
  assert.equal(cluster.remainingSeconds(made.leaseId ?? 0n), LEASE_TTL_SECONDS);
});

test('every free subnet can be drawn, the last one included', async () => {
  const { claim } = setUp();
  assert.equal(formatPrefix((await claim({ random: () => 0.9999999 })).subnet), '10.5.255.0/24');
});

test('whatever overlaps is taken: other lengths, both families, other backends, unreadable values', async () => {
  const { cluster, claim } = setUp();
  cluster.put(keyOf('10.5.0.0-17'), valueOfHost(2));
  cluster.put(keyOf('10.5.128.128-25'), valueOfHost(3));
  cluster.put(keyOf('10.5.129.0-24&fd00::-64'), valueOfHost(4));
  cluster.put(keyOf('10.5.130.0-24'), '{"PublicIP":"10.99.0.5","BackendType":"host-gw"}');
  cluster.put(keyOf('10.5.131.0-24'), 'garbage');
  cluster.put(keyOf('no key'), valueOfHost(6));
  assert.equal(formatPrefix((await claim()).subnet), '10.5.132.0/24');
});

test('the lease with our PublicIP is reused, its former etcd lease ended', async () => {
  const { cluster, claim, held } = setUp();
  const former = cluster.grant(LEASE_TTL_SECONDS);
  cluster.put(keyOf('10.5.77.0-24'), valueOfHost(1).replace('00:01"', '00:99"'), former);
  const made = await claim({ previous: parsePrefix('10.5.5.0/24') });
  assert.equal(made.name, '10.5.77.0-24');
  assert.deepEqual(held(), ['10.5.77.0-24']);
  assert.equal(cluster.pairs.get(made.key)?.value, valueOfHost(1));
  assert.notEqual(made.leaseId, former);
  assert.deepEqual(Array.from(cluster.leases.keys()), [made.leaseId]);
});

test('a former etcd lease on which another key hangs stays', async () => {
  const { cluster, claim } = setUp();
  const former = cluster.grant(LEASE_TTL_SECONDS);
  cluster.put(keyOf('10.5.77.0-24'), valueOfHost(1), former);
  cluster.put('/foreign', 'x', former);
  await claim();
  assert.ok(cluster.pairs.has('/foreign'));
});

test('a reserved key is reused and stays without an end', async () => {
  const { cluster, claim } = setUp();
  cluster.put(keyOf('10.5.77.0-24'), valueOfHost(1));
  const made = await claim();
  assert.deepEqual([made.name, made.leaseId, made.expiresAt], ['10.5.77.0-24', undefined, undefined]);
  assert.equal(cluster.leases.size, 0);
});

test('of several leases with our PublicIP the previous subnet’s is kept', async () => {
  const { cluster, claim } = setUp();
  cluster.put(keyOf('10.5.77.0-24'), valueOfHost(1));
  cluster.put(keyOf('10.5.78.0-24'), valueOfHost(1));
  assert.equal((await claim({ previous: parsePrefix('10.5.78.0/24') })).name, '10.5.78.0-24');
});

for (const name of ['10.5.0.0-24', '10.6.1.0-24', '10.5.64.0-20', '10.5.64.0-26', '10.5.64.0-24&fd00::-64']) {
  test(`our lease ${name} does not fit and gives way to the previous subnet`, async () => {
    const { cluster, claim, held } = setUp();
    cluster.put(keyOf(name), valueOfHost(1));
    await claim({ previous: parsePrefix('10.5.64.0/24') });
    assert.deepEqual(held(), ['10.5.64.0-24']);
  });
}

test('the previous subnet is taken when free, and only then', async () => {
  const { cluster, claim } = setUp();
  assert.equal((await claim({ previous: parsePrefix('10.5.40.0/24') })).name, '10.5.40.0-24');
  cluster.delete(keyOf('10.5.40.0-24'));
  cluster.put(keyOf('10.5.40.0-24'), valueOfHost(2));
  assert.equal((await claim({ previous: parsePrefix('10.5.40.0/24') })).name, '10.5.1.0-24');
});

for (const previous of ['10.5.0.0/24', '10.6.1.0/24', '10.5.40.0/25']) {
  test(`the previous subnet ${previous} does not fit the config and is not asked for`, async () => {
    const { claim } = setUp();
    assert.equal((await claim({ previous: parsePrefix(previous) })).name, '10.5.1.0-24');
  });
}

test('none free is a LeaseFault that names the range and the count', async () => {
  const { cluster, claim } = setUp();
  cluster.put(keyOf('10.5.0.0-16'), valueOfHost(2));
  await assert.rejects(
    claim(),
    (error) =>
      error instanceof LeaseFault &&
      /10\.5\.0\.0\/16: no free subnet among 255; .*10\.5\.1\.0 to 10\.5\.255\.0 in steps of \/24/.test(
        error.message,
      ),
  );
});

test('a lost race begins anew and finds another subnet', async () => {
  const { cluster, store, claim, held } = setUp();
  const create = store.create.bind(store);
  let races = 0;
  store.create = (name, value, ttlSeconds): Promise<Written | 'exists'> => {
    if (races < 9) {
      races += 1;
      cluster.put(keyOf(name), valueOfHost(100 + races));
    }
    return create(name, value, ttlSeconds);
  };
  assert.equal((await claim()).name, '10.5.10.0-24');
  assert.equal(held().length, 10);
});

test('ten lost races are a LeaseFault, and leave no etcd lease behind', async () => {
  const { cluster, store, claim } = setUp();
  const create = store.create.bind(store);
  let races = 0;
  store.create = (name, value, ttlSeconds) => {
    races += 1;
    cluster.put(keyOf(name), valueOfHost(100 + races));
    return create(name, value, ttlSeconds);
  };
  await assert.rejects(claim(), LeaseFault);
  assert.equal(races, 10);
  assert.equal(cluster.leases.size, 0);
});

test('a lease that another host rewrites while we reuse it is not overwritten', async () => {
  const { cluster, store, claim } = setUp();
  cluster.put(keyOf('10.5.77.0-24'), valueOfHost(1));
  const replace = store.replace.bind(store);
  store.replace = (name, value, condition) => {
    store.replace = replace;
    cluster.put(keyOf(name), valueOfHost(2));
    return replace(name, value, condition);
  };
  assert.equal((await claim()).name, '10.5.1.0-24');
  assert.equal(cluster.pairs.get(keyOf('10.5.77.0-24'))?.value, valueOfHost(2));
});

test('a lease that another host takes over while we delete it stays, and counts as taken', async () => {
  const { cluster, store, claim, held } = setUp();
  cluster.put(keyOf('10.5.0.0-20'), valueOfHost(1));
  const remove = store.remove.bind(store);
  store.remove = (name, ifModRevision) => {
    store.remove = remove;
    cluster.put(keyOf(name), valueOfHost(2));
    return remove(name, ifModRevision);
  };
  await claim();
  assert.deepEqual(held(), ['10.5.0.0-20', '10.5.16.0-24']);
});

test('a write whose answer is lost is a StoreFault, and the next claim finds it', async () => {
  const { store, claim, held } = setUp();
  store.lostAnswers = 1;
  await assert.rejects(claim(), StoreFault);
  assert.equal((await claim({ random: () => 0.5 })).name, '10.5.1.0-24');
  assert.deepEqual(held(), ['10.5.1.0-24']);
});

test('hosts that claim at once all get subnets of their own', async () => {
  const { store, claim, held } = setUp();
  // Draws of equal numbers: everybody goes for the same subnet first.
  const claims = await Promise.all(
    [1, 2, 3, 4, 5].map((n) => claim({ store, identity: hostIdentity(n), random: () => 0 })),
  );
  assert.equal(new Set(claims.map(({ name }) => name)).size, 5);
  assert.equal(held().length, 5);
});
