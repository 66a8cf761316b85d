import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InstalledNeighbours } from '../../src/misses/installed.ts';
import type { RemoteHost } from '../../src/misses/remote-host.ts';
import { hostOf } from '../misses/fixture.ts';

const HOSTS = [1, 2, 3].map(hostOf);

/** Few addresses, of both halves of the range, so that they meet again and their hashes collide. */
const address = fc.oneof(
  fc.nat(40).map((n) => 0x0a050000 + n),
  fc.nat(40).map((n) => 0xac100000 + n * 256),
);

const step = fc.oneof(
  fc.record({ kind: fc.constant('touch' as const), address, host: fc.constantFrom(...HOSTS) }),
  fc.record({ kind: fc.constantFrom('forget' as const, 'suspect' as const), address }),
);

/** What the table must be: two Maps in the order in which entries came into them. */
class Model {
  readonly inUse = new Map<number, RemoteHost>();
  readonly suspects = new Map<number, RemoteHost>();

  touch(known: number, host: RemoteHost): void {
    this.forget(known);
    this.inUse.set(known, host);
  }

  suspect(known: number): void {
    const host = this.inUse.get(known) ?? this.suspects.get(known);
    if (host !== undefined) {
      this.forget(known);
      this.suspects.set(known, host);
    }
  }

  forget(known: number): void {
    this.inUse.delete(known);
    this.suspects.delete(known);
  }
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function apply(one: Step, table: InstalledNeighbours | Model): void {
  if (one.kind === 'touch') {
    table.touch(one.address, one.host);
  } else if (one.kind === 'suspect') {
    table.suspect(one.address);
  } else {
    table.forget(one.address);
  }
}

test('the table of neighbours is two Maps in the order of coming (property)', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const table = new InstalledNeighbours(100);
      const model = new Model();
      for (const [now, one] of steps.entries()) {
        table.tick(now);
        apply(one, table);
        apply(one, model);
        const [oldest] = model.inUse.keys();
        const [suspect] = model.suspects.keys();
        assert.equal(table.longestInUse(0), oldest === undefined ? undefined : oldest | 0);
        assert.equal(table.longestSuspect(0), suspect === undefined ? undefined : suspect | 0);
      }
      const all = [...model.inUse, ...model.suspects];
      assert.equal(table.size, all.length);
      for (const [known, host] of all) {
        assert.ok(table.leadsTo(known, host));
        assert.equal(table.isSuspect(known), model.suspects.has(known));
      }
      const places = Array.from({ length: table.places }, (_, place) => table.addressAt(place) ?? []);
      assert.deepEqual(places.flat().sort(), all.map(([known]) => known).sort());
    }),
    { numRuns: 500 },
  );
});
