import { test } from 'node:test';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore, PREFIX } from '../support/memory-store.ts';
import { endsWatchAfterReplacement, storeContract } from '../support/store-contract.ts';

storeContract('memory store', false, async () => {
  const cluster = new MemoryCluster(new ManualClock());
  return {
    store: new MemoryStore(cluster),
    prefix: PREFIX,
    put: async (key, value, leaseId) => void cluster.put(key, value, leaseId),
    delete: async (key) => cluster.delete(key),
    compact: async () => cluster.compact(),
  };
});

test('memory store: ends a watch when the store is another one than that of the list', () => {
  const cluster = new MemoryCluster(new ManualClock());
  const store = new MemoryStore(cluster);
  return endsWatchAfterReplacement(store, () => {
    cluster.restore(new Map(), cluster.revision);
    store.breakWatches();
  });
});
