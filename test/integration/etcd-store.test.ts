import { after, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { EtcdStore } from '../../src/leases/etcd-store.ts';
import { EtcdServer, etcdMissing } from '../support/etcd-server.ts';
import { endsWatchAfterReplacement, storeContract } from '../support/store-contract.ts';

/** One server for all; each test has a prefix of its own. */
const server = etcdMissing === false ? EtcdServer.start() : undefined;
after(async () => (await server)?.[Symbol.asyncDispose]());

let tests = 0;

storeContract('etcd store', etcdMissing, async (t) => {
  const etcd = await (server ?? EtcdServer.start());
  const prefix = `/test${tests++}`;
  const store = new EtcdStore({ endpoints: [etcd.endpoint], prefix: `${prefix}/`, clock: systemClock });
  t.after(() => store.close());
  return {
    store,
    prefix,
    put: (key, value, leaseId) => etcd.put(key, value, leaseId),
    delete: (key) => etcd.delete(key),
    compact: () => etcd.compact(),
  };
});

test('etcd store: ends a watch when the store is another one than that of the list', {
  skip: etcdMissing,
}, async (t) => {
  const etcd = await EtcdServer.start();
  t.after(() => etcd[Symbol.asyncDispose]());
  const store = new EtcdStore({ endpoints: [etcd.endpoint], prefix: '/test', clock: systemClock });
  t.after(() => store.close());
  await endsWatchAfterReplacement(store, () => etcd.replaceUnseen());
});
