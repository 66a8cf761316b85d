import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseEnds } from '../../src/diagnosis/lease-ends.ts';
import { leaseRows } from '../../src/diagnosis/lease-rows.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { NUD_INCOMPLETE, NUD_PERMANENT } from '../../src/netlink/constants.ts';
import { keyOf, valueOfHost } from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { LEASE } from '../support/standing.ts';
import { fakeGround } from './fixture.ts';

function fakeStore(leases: number) {
  const clock = new ManualClock();
  const store = new MemoryStore(new MemoryCluster(clock));
  for (let n = 0; n < leases; n++) {
    store.cluster.put(keyOf(`lease-${n}`), valueOfHost(1), store.cluster.grant(100 + n));
  }
  return { clock, store };
}

test('when leases end is asked once in ten seconds, a reservation has no end', async () => {
  const { clock, store } = fakeStore(40);
  store.cluster.put(keyOf('reserved'), valueOfHost(1));
  const ends = new LeaseEnds(store, clock);
  const first = await ends.read();
  assert.equal(first.size, 40);
  assert.equal(first.get(keyOf('lease-7')), clock.wall() + 107_000);
  assert.equal(first.get(keyOf('reserved')), undefined);

  store.unreachable = true;
  await clock.advance(9999);
  assert.equal((await ends.read()).size, 40, 'nobody was asked');
  await clock.advance(1);
  assert.equal((await ends.read()).size, 0, 'etcd is away');
  store.unreachable = false;
  await clock.advance(10_000);
  assert.equal((await ends.read()).size, 40);
});

test('sixteen calls at a time', async () => {
  const { clock, store } = fakeStore(100);
  let running = 0;
  let most = 0;
  const remainingTtl = async (id: bigint) => {
    running += 1;
    most = Math.max(most, running);
    const ttl = await store.remainingTtl(id);
    running -= 1;
    return ttl;
  };
  const counting = { list: () => store.list(), remainingTtl };
  assert.equal((await new LeaseEnds(counting, clock).read()).size, 100);
  assert.equal(most, 16);
});

test('of more leases than etcd tells of in time the rest is asked about the next time, and the oldest answers anew', async () => {
  const { clock, store } = fakeStore(100);
  const asked: bigint[] = [];
  const slow = async (id: bigint) => {
    asked.push(id);
    await clock.sleep(600, new AbortController().signal);
    return store.remainingTtl(id);
  };
  const ends = new LeaseEnds({ list: () => store.list(), remainingTtl: slow }, clock);
  const sizes: number[] = [];
  for (let n = 0; n < 3; n++) {
    const read = ends.read();
    await clock.advance(2000);
    sizes.push((await read).size);
    await clock.advance(8000);
  }
  assert.deepEqual(sizes, [48, 96, 100]);
  assert.equal(new Set(asked).size, 100);
  // Each time 64 are asked about. The third time they are the last four, and then those of the first time.
  assert.equal(asked.length, 192);
  assert.ok(asked.slice(132, 148).every((id) => asked.indexOf(id) < 48));
});

test('a question waits for two seconds for etcd, and takes what it told until then', async () => {
  const { clock, store } = fakeStore(20);
  let asked = 0;
  const remainingTtl = (id: bigint) => {
    asked += 1;
    return asked > 5 ? new Promise<undefined>(() => undefined) : store.remainingTtl(id);
  };
  const read = new LeaseEnds({ list: () => store.list(), remainingTtl }, clock).read();
  await clock.advance(2000);
  assert.equal((await read).size, 5);
});

test('a row has what this host holds for a lease', async () => {
  const { ground, kernel, device } = fakeGround();
  const { ifindex } = device;
  const other = { ...LEASE, key: keyOf('10.5.6.0-24'), subnet: parsePrefix('10.5.6.0/24') };
  const first = LEASE.subnet.address;
  kernel.neighbours.add(ifindex, first, NUD_PERMANENT, LEASE.mac, 113);
  kernel.neighbours.add(ifindex, first + 9, NUD_PERMANENT, LEASE.mac, 113);
  kernel.neighbours.add(ifindex, first + 10, NUD_INCOMPLETE);
  kernel.neighbours.add(ifindex, first + 4096, NUD_PERMANENT, LEASE.mac, 113);
  kernel.neighbours.add(ifindex + 1, first + 11, NUD_PERMANENT, LEASE.mac, 113);
  const rows = await leaseRows({
    kernel: ground.kernel,
    standing: { ...ground.standing, leases: [LEASE, other] },
    others: [
      {
        key: keyOf('10.5.8.0-24'),
        subnet: parsePrefix('10.5.8.0/24'),
        publicIp: LEASE.publicIp,
        backendType: 'host-gw',
      },
    ],
    ends: { read: async () => new Map([[LEASE.key, Date.UTC(2026, 0, 1)]]) },
    misses: [{ subnet: LEASE.subnet, misses: 5 }],
  });
  const same = { owner: '10.99.0.17', mac: LEASE.mac, backend: 'vxlan' };
  assert.deepEqual(rows, [
    { ...same, subnet: '10.5.6.0/24', expiresAt: null, neighbours: 0, misses: 0 },
    { ...same, subnet: '10.5.7.0/24', expiresAt: '2026-01-01T00:00:00.000Z', neighbours: 2, misses: 5 },
    {
      ...same,
      mac: null,
      backend: 'host-gw',
      subnet: '10.5.8.0/24',
      expiresAt: null,
      neighbours: 0,
      misses: 0,
    },
  ]);
});

test('before there is a device nothing is held', async () => {
  const { ground } = fakeGround();
  const rows = await leaseRows({
    kernel: ground.kernel,
    standing: { ...ground.standing, tunnel: undefined },
    others: [],
    ends: { read: async () => new Map() },
    misses: [],
  });
  assert.deepEqual(
    rows.map(({ neighbours }) => neighbours),
    [0],
  );
});
