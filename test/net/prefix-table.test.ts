import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { contains, formatPrefix, type Prefix, parsePrefix } from '../../src/net/prefix.ts';
import { PrefixTable } from '../../src/net/prefix-table.ts';
import { crowdedAddress, crowdedPrefix, ipv4 } from './arbitraries.ts';

test('the longest prefix that holds the address wins', () => {
  const table = new PrefixTable<string>();
  for (const text of ['0.0.0.0/0', '10.5.0.0/16', '10.5.7.0/24', '10.5.7.1/32', '200.0.0.0/8']) {
    table.set(parsePrefix(text), text);
  }
  assert.equal(table.lookup(parseIpv4('10.5.7.1')), '10.5.7.1/32');
  assert.equal(table.lookup(parseIpv4('10.5.7.2')), '10.5.7.0/24');
  assert.equal(table.lookup(parseIpv4('10.5.8.1')), '10.5.0.0/16');
  assert.equal(table.lookup(parseIpv4('200.255.255.255')), '200.0.0.0/8');
  assert.equal(table.lookup(parseIpv4('255.255.255.255')), '0.0.0.0/0');
});

/** The same by the definition: look at everything. */
class Model {
  readonly entries = new Map<string, { prefix: Prefix; value: number }>();

  lookup(address: number): number | undefined {
    const holding = [...this.entries.values()].filter(({ prefix }) => contains(prefix, address));
    return holding.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.value;
  }
}

interface Both {
  readonly model: Model;
  readonly real: PrefixTable<number>;
}

function set({ model, real }: Both, prefix: Prefix, value: number): void {
  model.entries.set(formatPrefix(prefix), { prefix, value });
  real.set(prefix, value);
}

function remove({ model, real }: Both, prefix: Prefix): void {
  assert.equal(real.delete(prefix), model.entries.delete(formatPrefix(prefix)));
}

function compare({ model, real }: Both, prefix: Prefix, addresses: readonly number[]): void {
  assert.equal(real.size, model.entries.size);
  assert.equal(real.get(prefix), model.entries.get(formatPrefix(prefix))?.value);
  for (const address of [...addresses, prefix.address]) {
    assert.equal(real.lookup(address), model.lookup(address));
  }
}

test('any sequence of set and delete leaves what a plain list would hold (property)', () => {
  const step = fc.record({ prefix: crowdedPrefix, value: fc.nat(), remove: fc.boolean() });
  const addresses = fc.array(fc.oneof(crowdedAddress(), ipv4), { minLength: 5, maxLength: 10 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), addresses, (steps, probes) => {
      const both = { model: new Model(), real: new PrefixTable<number>() };
      for (const one of steps) {
        if (one.remove) {
          remove(both, one.prefix);
        } else {
          set(both, one.prefix, one.value);
        }
        compare(both, one.prefix, probes);
      }
    }),
    { numRuns: 300 },
  );
});
