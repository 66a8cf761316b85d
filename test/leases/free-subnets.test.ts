import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { freeSubnets } from '../../src/leases/free-subnets.ts';
import { formatPrefix, overlaps, type Prefix, parsePrefix, prefixOf } from '../../src/net/prefix.ts';
import { range } from '../support/lease-samples.ts';

test('all are free in an empty network, first and last included', () => {
  const free = freeSubnets(range, []);
  assert.equal(free.count, 255);
  assert.equal(formatPrefix(free.at(0) ?? range.network), '10.5.1.0/24');
  assert.equal(formatPrefix(free.at(254) ?? range.network), '10.5.255.0/24');
  assert.equal(free.at(255), undefined);
});

test('a /8 in /30s is counted without walking through it', () => {
  const network = parsePrefix('10.0.0.0/8');
  const wide = {
    network,
    subnetLength: 30,
    subnetMin: network.address + 4,
    subnetMax: network.address + 2 ** 24 - 4,
  };
  const free = freeSubnets(wide, [parsePrefix('10.128.0.0/9')]);
  assert.equal(free.count, 2 ** 21 - 1);
  assert.equal(formatPrefix(free.at(2 ** 21 - 2) ?? network), '10.127.255.252/30');
});

test('agrees with a walk through the range, whatever is taken', () => {
  const somePrefix = fc
    .record({ offset: fc.integer({ min: -0x2000, max: 0x11fff }), length: fc.integer({ min: 14, max: 31 }) })
    .map(({ offset, length }) => prefixOf(range.network.address + offset, length));
  fc.assert(
    fc.property(fc.array(somePrefix, { maxLength: 40 }), (taken) => {
      const expected: Prefix[] = [];
      for (let address = range.subnetMin; address <= range.subnetMax; address += 256) {
        const subnet = { address, length: 24 };
        if (!taken.some((other) => overlaps(other, subnet))) {
          expected.push(subnet);
        }
      }
      const free = freeSubnets(range, taken);
      assert.deepEqual(
        Array.from({ length: free.count }, (_, index) => free.at(index)),
        expected,
      );
    }),
  );
});
