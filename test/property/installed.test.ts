import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RemoteHost } from '../../src/misses/decide.ts';
import { InstalledNeighbours } from '../../src/misses/installed.ts';
import { contains, type Prefix } from '../../src/net/prefix.ts';

const HOSTS: RemoteHost[] = [1, 2, 3].map((n) => ({ mac: Uint8Array.of(2, 0, 0, 0, 0, n) }));

/** Few addresses, of both halves of the range, so that they meet again and their hashes collide. */
const address = fc.oneof(
  fc.nat(40).map((n) => 0x0a050000 + n),
  fc.nat(40).map((n) => 0xac100000 + n * 256),
);

const step = fc.oneof(
  fc.record({ kind: fc.constant('touch' as const), address, host: fc.constantFrom(...HOSTS) }),
  fc.record({ kind: fc.constant('forget' as const), address }),
);

/** What the table must be: a Map in the order of asking. */
class Model {
  readonly hosts = new Map<number, RemoteHost>();
  readonly #maximum: number;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  touch(known: number, host: RemoteHost): number | undefined {
    const [oldest] = this.hosts.keys();
    const evicted = !this.hosts.has(known) && this.hosts.size === this.#maximum ? oldest : undefined;
    if (evicted !== undefined) {
      this.hosts.delete(evicted);
    }
    this.hosts.delete(known);
    this.hosts.set(known, host);
    return evicted;
  }

  within(prefix: Prefix): number[] {
    return [...this.hosts.keys()].filter((known) => contains(prefix, known));
  }
}

test('the table of neighbours is a Map in the order of asking (property)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 300 }), (maximum, steps) => {
      const table = new InstalledNeighbours(maximum);
      const model = new Model(maximum * 8);
      for (const one of steps) {
        if (one.kind === 'forget') {
          table.forget(one.address);
          model.hosts.delete(one.address);
        } else {
          assert.equal(table.touch(one.address, one.host), model.touch(one.address, one.host));
        }
      }
      assert.equal(table.size, model.hosts.size);
      for (const [known, host] of model.hosts) {
        assert.ok(table.leadsTo(known, host));
      }
      const places = Array.from({ length: table.places }, (_, place) => table.addressAt(place) ?? []);
      assert.deepEqual(places.flat().sort(), Array.from(model.hosts.keys()).sort());
    }),
    { numRuns: 500 },
  );
});
