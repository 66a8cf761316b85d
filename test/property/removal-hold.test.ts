import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { silentLog } from '../../src/base/log.ts';
import type { Lease, LeaseChange } from '../../src/leases/lease.ts';
import type { StoreSigns } from '../../src/leases/mirror.ts';
import { RemovalHold } from '../../src/leases/removal-hold.ts';
import { formatPrefix, parsePrefix } from '../../src/net/prefix.ts';
import { hostIdentity, keyOf } from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** Subnet 10.5.n.0/24 given to a host, or to none. */
interface Assignment {
  readonly n: number;
  readonly host: number | undefined;
}

type Step =
  | {
      readonly do: 'tell';
      readonly origin: 'list' | 'watch';
      readonly assignments: Assignment[];
      readonly signs: StoreSigns;
    }
  | { readonly do: 'wait'; readonly milliseconds: number };

const SUBNETS = [2, 3, 4, 5, 6, 7];
const SUDDEN_MS = 1000;

const assignment = fc.record({
  n: fc.constantFrom(...SUBNETS),
  host: fc.constantFrom(undefined, undefined, 2, 3),
});
const rarely = fc.integer({ min: 0, max: 7 }).map((drawn) => drawn === 0);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      origin: fc.constantFrom('list' as const, 'watch' as const),
      assignments: fc.array(assignment, { minLength: 1, maxLength: 6 }),
      signs: fc.record({ wentBack: rarely, ownMissing: rarely }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      milliseconds: fc.oneof(
        fc.constantFrom(1, SUDDEN_MS, 5000, 60_000),
        fc.integer({ min: 1, max: SUDDEN_MS }),
        fc.integer({ min: 1, max: 61_000 }),
      ),
    }),
  },
);
const holdMs = fc.constantFrom(0, 300, 5000, 60_000);

test('the leases told are those of the store and those that wait; after the last hold, those of the store', async () => {
  await fc.assert(
    fc.asyncProperty(holdMs, fc.array(step, { maxLength: 40 }), async (duration, steps) => {
      const clock = new ManualClock();
      const model = new Model(duration, clock);
      const consumer = new Consumer(model);
      const hold = new RemovalHold({
        holdMs: duration,
        clock,
        log: silentLog,
        onChanges: (changes) => consumer.take(changes),
      });
      const running = hold.run();
      await turn();
      for (const one of steps) {
        if (one.do === 'wait') {
          await clock.advance(one.milliseconds);
        } else {
          hold.take(model.write(one.assignments, one.signs), one.origin, one.signs);
        }
        assert.deepEqual(consumer.subnets(), model.expected());
        assert.equal(hold.status().waiting, model.expected().length - model.store.size);
        assert.equal(hold.status().begun, model.holds.length);
      }
      await clock.advance(duration);
      assert.deepEqual(contents(consumer.leases), contents(model.store));
      hold.stop();
      await running;
    }),
    { numRuns: 500 },
  );
});

/** The store, and its whole history, from which it follows what must wait. */
class Model {
  readonly store = new Map<string, Lease>();
  /** When each subnet vanished that is not in the store, and the hold that had begun last. */
  readonly vanished = new Map<string, { readonly at: number; readonly hold: number | undefined }>();
  /** When holds began. */
  readonly holds: number[] = [];
  readonly #holdMs: number;
  readonly #clock: ManualClock;

  constructor(holdMs: number, clock: ManualClock) {
    this.#holdMs = holdMs;
    this.#clock = clock;
  }

  /** Writes into the store, and tells the difference as the mirror does. */
  write(assignments: readonly Assignment[], signs: StoreSigns): LeaseChange[] {
    const earlier = new Map(this.store);
    const lately = new Set([...earlier.keys(), ...this.#vanishedLately()]);
    for (const { n, host } of assignments) {
      const { subnet } = leaseOf(n, 2);
      if (host === undefined) {
        this.store.delete(formatPrefix(subnet));
      } else {
        this.store.set(formatPrefix(subnet), leaseOf(n, host));
      }
    }
    const changes = differences(earlier, this.store);
    const removed = changes.flatMap(({ before, after }) =>
      before && !after ? formatPrefix(before.subnet) : [],
    );
    const gone = new Set([...this.#vanishedLately(), ...removed]).size;
    this.#noteHold(removed.length > 0 && (signs.wentBack || signs.ownMissing || isHalf(gone, lately.size)));
    for (const subnet of this.store.keys()) {
      this.vanished.delete(subnet);
    }
    for (const subnet of removed) {
      this.vanished.set(subnet, { at: this.#clock.monotonic(), hold: this.holds.at(-1) });
    }
    return changes;
  }

  /** The subnets of the store, and those that vanished while a hold ran that runs still. */
  expected(): string[] {
    const now = this.#clock.monotonic();
    const waiting = Array.from(this.vanished).filter(
      ([, { at, hold }]) => hold !== undefined && Math.max(at, now) < hold + this.#holdMs,
    );
    return [...this.store.keys(), ...waiting.map(([subnet]) => subnet)].sort();
  }

  /** Of several doubts within a second, or within a hold that is shorter, the first begins the hold. */
  #noteHold(doubtful: boolean): void {
    const now = this.#clock.monotonic();
    const last = this.holds.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (doubtful && this.#holdMs > 0 && now - last >= Math.min(SUDDEN_MS, this.#holdMs)) {
      this.holds.push(now);
    }
  }

  #vanishedLately(): string[] {
    const now = this.#clock.monotonic();
    return Array.from(this.vanished).flatMap(([subnet, { at }]) => (now - at < SUDDEN_MS ? subnet : []));
  }
}

/** Knows nothing but the changes, and checks that each fits what was told before and is true. */
class Consumer {
  readonly leases = new Map<string, Lease>();
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  take(changes: readonly LeaseChange[]): void {
    for (const { before, after } of changes) {
      const lease = after ?? before;
      assert.ok(lease);
      const subnet = formatPrefix(lease.subnet);
      assert.deepEqual(this.leases.get(subnet), before, 'what was before is what was told');
      assert.deepEqual(this.#model.store.get(subnet), after, 'what is now is what the store has');
      assert.notDeepEqual(before, after, 'a change changes something');
      if (after === undefined) {
        this.leases.delete(subnet);
      } else {
        this.leases.set(subnet, after);
      }
    }
  }

  subnets(): string[] {
    return [...this.leases.keys()].sort();
  }
}

function isHalf(gone: number, known: number): boolean {
  return gone >= 2 && gone * 2 >= known;
}

function leaseOf(n: number, host: number): Lease {
  const { publicIp, mac } = hostIdentity(host);
  return {
    key: keyOf(`10.5.${n}.0-24`),
    subnet: parsePrefix(`10.5.${n}.0/24`),
    publicIp,
    mac,
    modRevision: 1n,
  };
}

function differences(earlier: ReadonlyMap<string, Lease>, later: ReadonlyMap<string, Lease>): LeaseChange[] {
  return Array.from(new Set([...earlier.keys(), ...later.keys()])).flatMap((subnet) => {
    const before = earlier.get(subnet);
    const after = later.get(subnet);
    return before?.mac === after?.mac ? [] : [{ ...(before && { before }), ...(after && { after }) }];
  });
}

function contents(leases: ReadonlyMap<string, Lease>): [string, Lease][] {
  return Array.from(leases).sort(([one], [other]) => (one < other ? -1 : 1));
}
