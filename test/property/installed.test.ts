import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RemoteHost } from '../../src/misses/decide.ts';
import { InstalledNeighbours } from '../../src/misses/installed.ts';
import { contains, prefixOf } from '../../src/net/prefix.ts';

const HOSTS: RemoteHost[] = [1, 2, 3].map((n) => ({ mac: Uint8Array.of(2, 0, 0, 0, 0, n) }));

/** Few addresses, of both halves of the range, so that they meet again and their hashes collide. */
const address = fc.oneof(
  fc.nat(40).map((n) => 0x0a050000 + n),
  fc.nat(40).map((n) => 0xac100000 + n * 256),
);

const step = fc.oneof(
  fc.record({ kind: fc.constant('touch' as const), address, host: fc.nat(2) }),
  fc.record({ kind: fc.constant('forget' as const), address }),
);

test('the table of neighbours is the model: a Map in the order of asking (property)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 300 }), (maximum, steps) => {
      const table = new InstalledNeighbours(maximum);
      const model = new Map<number, RemoteHost>();
      for (const one of steps) {
        if (one.kind === 'forget') {
          table.forget(one.address);
          model.delete(one.address);
          continue;
        }
        const host = HOSTS[one.host] ?? { mac: new Uint8Array(6) };
        const [oldest] = model.keys();
        const full = !model.has(one.address) && model.size === maximum;
        assert.equal(table.touch(one.address, host), full ? oldest : undefined);
        if (full && oldest !== undefined) {
          model.delete(oldest);
        }
        model.delete(one.address);
        model.set(one.address, host);
      }
      assert.equal(table.size, model.size);
      for (const [known, host] of model) {
        assert.ok(table.leadsTo(known, host));
      }
      for (const prefix of [prefixOf(0x0a050000, 16), prefixOf(0x0a050010, 30), prefixOf(0, 0)]) {
        const expected = [...model.keys()].filter((one) => contains(prefix, one));
        assert.deepEqual(table.within(prefix).sort(), expected.sort());
      }
    }),
    { numRuns: 500 },
  );
});
