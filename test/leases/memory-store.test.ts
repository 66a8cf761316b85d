import { ManualClock } from '../support/manual-clock.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore, PREFIX } from '../support/memory-store.ts';
import { storeContract } from '../support/store-contract.ts';

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
