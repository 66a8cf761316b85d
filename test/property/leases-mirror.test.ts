import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { silentLog } from '../../src/base/log.ts';
import { judge } from '../../src/leases/judge.ts';
import type { Lease, LeaseChange } from '../../src/leases/lease.ts';
import { Mirror } from '../../src/leases/mirror.ts';
import type { WatchEndReason } from '../../src/leases/store.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import { keyOf, self, valueOfHost } from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore } from '../support/memory-store.ts';

type Step =
  | { readonly do: 'put'; readonly name: string; readonly value: string }
  | { readonly do: 'delete'; readonly name: string }
  | { readonly do: 'break'; readonly reason: WatchEndReason }
  | { readonly do: 'compact' | 'wipe' | 'turn' | 'cut' | 'mend' | 'lose' }
  | { readonly do: 'wait'; readonly milliseconds: number };

const name = fc.constantFrom(
  '10.5.1.0-24',
  '10.5.2.0-24',
  '10.5.2.0-24&fd00::-64',
  '10.5.2.0-25',
  '10.5.3.0-24',
  '10.5.4.0-24',
  '10.6.4.0-24',
  'junk',
);
const value = fc.constantFrom(
  valueOfHost(1),
  valueOfHost(2),
  valueOfHost(3),
  valueOfHost(3).replace('00:03"', '00:33"'),
  '{"BackendType":"host-gw"}',
  'junk',
);
const reason = fc.constantFrom<WatchEndReason>(
  'disconnected',
  'error',
  'end',
  'compacted',
  'revision-backwards',
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('put'), name, value }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete'), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('break'), reason }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('compact', 'wipe', 'turn', 'turn', 'turn', 'cut', 'mend', 'lose'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait'), milliseconds: fc.integer({ min: 1, max: 2000 }) }),
  },
);

test('whatever order changes, lists and disconnections come in, the mirror ends equal to the store', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new ManualClock();
      const cluster = new MemoryCluster(clock);
      const store = new MemoryStore(cluster);
      const consumer = new Consumer();
      const mirror = new Mirror({
        store,
        self,
        clock,
        log: silentLog,
        random: () => 0.5,
        onChanges: (changes) => consumer.take(changes),
        onOwnKey: () => undefined,
      });
      const running = mirror.run();
      for (const one of steps) {
        await perform(one, clock, cluster, store);
      }
      store.unreachable = false;
      // Long enough for the periodic comparison, which finds even events that were lost without a sign.
      await clock.advance(6 * 60_000);
      const expected = modelOf(cluster);
      assert.deepEqual(summary(mirror.snapshot().leases), expected);
      assert.deepEqual(summary(consumer.leases.values()), expected);
      mirror.stop();
      await running;
    }),
    { numRuns: 300 },
  );
});

async function perform(
  one: Step,
  clock: ManualClock,
  cluster: MemoryCluster,
  store: MemoryStore,
): Promise<void> {
  switch (one.do) {
    case 'put':
      cluster.put(keyOf(one.name), one.value);
      break;
    case 'delete':
      cluster.delete(keyOf(one.name));
      break;
    case 'break':
      store.breakWatches(one.reason);
      break;
    case 'compact':
      cluster.compact();
      break;
    case 'wipe':
      cluster.restore(new Map([[keyOf('10.5.3.0-24'), valueOfHost(2)]]), 1n);
      store.breakWatches();
      break;
    case 'lose':
      cluster.pairs.delete(keyOf('10.5.4.0-24'));
      break;
    case 'cut':
      store.unreachable = true;
      store.breakWatches();
      break;
    case 'mend':
      store.unreachable = false;
      break;
    case 'wait':
      await clock.advance(one.milliseconds);
      break;
    case 'turn':
      await turn();
  }
}

/** What somebody knows who saw nothing but the changes; it checks that they fit what was told before. */
class Consumer {
  readonly leases = new Map<string, Lease>();

  take(changes: readonly LeaseChange[]): void {
    for (const { before, after } of changes) {
      const subnet = formatPrefix((after ?? before ?? self).subnet);
      assert.deepEqual(content(this.leases.get(subnet)), content(before));
      assert.notDeepEqual(content(before), content(after));
      if (after === undefined) {
        this.leases.delete(subnet);
      } else {
        this.leases.set(subnet, after);
      }
    }
  }
}

/** A renewal changes the revision and is not told, so that is left out of what must agree. */
function content(lease: Lease | undefined): object | undefined {
  return lease && { key: lease.key, subnet: lease.subnet, mac: lease.mac, publicIp: lease.publicIp };
}

function summary(leases: Iterable<Lease>): string[] {
  return Array.from(leases, (lease) => JSON.stringify(content(lease))).sort();
}

/** The leases straight from the store: of each subnet the one written last, the greater key among equals. */
function modelOf(cluster: MemoryCluster): string[] {
  const bySubnet = new Map<string, Lease>();
  const pairs = Array.from(cluster.pairs.values()).sort((one, other) => (one.key < other.key ? -1 : 1));
  for (const pair of pairs) {
    const verdict = judge({ ...pair, name: pair.key.replace(keyOf(''), '') }, self);
    if (verdict.kind === 'lease') {
      const subnet = formatPrefix(verdict.lease.subnet);
      const known = bySubnet.get(subnet);
      if (known === undefined || known.modRevision <= verdict.lease.modRevision) {
        bySubnet.set(subnet, verdict.lease);
      }
    }
  }
  return summary(bySubnet.values());
}
