import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duplicates } from '../../src/diagnosis/checks/duplicates.ts';
import { keyOf, valueOfHost } from '../support/lease-samples.ts';
import { LEASE } from '../support/standing.ts';
import { fakeGround, reachOf } from './fixture.ts';

test('leases of different hosts, keys that mean one subnet, and what is no lease are no conflict', async () => {
  const { ground, store } = fakeGround();
  store.cluster.put(keyOf('10.5.1.0-24'), valueOfHost(1));
  store.cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  store.cluster.put(keyOf('10.5.2.0-24&fd00:2::-64'), valueOfHost(2));
  store.cluster.put(keyOf('10.5.3.0-24'), 'junk');
  store.cluster.put(keyOf('nonsense'), valueOfHost(2));
  const { state, found } = await duplicates.look(ground);
  assert.deepEqual(
    [state, found],
    ['good', 'none of 3 leases shares its PublicIP or its MAC with another one'],
  );
});

test('of two leases with one PublicIP whose hosts are both silent none is named', async () => {
  const { ground, store } = fakeGround();
  store.cluster.put(keyOf('10.5.9.0-24'), valueOfHost(7));
  store.cluster.put(keyOf('10.5.8.0-24'), valueOfHost(7));
  const { state, found, mend } = await duplicates.look(ground);
  assert.equal(state, 'bad');
  assert.match(found, /both have the PublicIP 10\.99\.0\.7$/);
  assert.equal(mend, 'systemctl edit l3missd');
});

test('neither the lease of a host that answers is named, nor our own', async () => {
  const { ground, store } = fakeGround({ reach: async () => [reachOf()] });
  const [answering] = [LEASE.key];
  store.cluster.put(answering, valueOfHost(7));
  store.cluster.put(keyOf('10.5.8.0-24'), valueOfHost(7));
  const { mend, note } = await duplicates.look(ground);
  assert.match(mend ?? '', /^etcdctl --endpoints http:\/\/10\.99\.0\.1:2379 del .*\/10\.5\.8\.0-24$/);
  assert.match(note ?? '', /^unless its host lives/);

  const own = fakeGround();
  own.store.cluster.put(keyOf('10.5.1.0-24'), valueOfHost(1));
  own.store.cluster.put(keyOf('10.5.8.0-24'), valueOfHost(1));
  assert.match((await duplicates.look(own.ground)).mend ?? '', /del .*\/10\.5\.8\.0-24$/);
});
