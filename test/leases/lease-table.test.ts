import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseTable } from '../../src/leases/lease-table.ts';
import { keyOf, self, stored, valueOfHost } from '../support/lease-samples.ts';

const NAME = '10.5.2.0-24';
const WITH_IPV6 = `${NAME}&fd00::-64`;

function tableOf(...names: string[]): LeaseTable {
  const table = new LeaseTable(self);
  table.apply(new Map(names.map((name, index) => [name, stored(name, valueOfHost(2), BigInt(index + 1))])));
  return table;
}

test('a renewal changes nothing', () => {
  const { changes } = tableOf(NAME).apply(new Map([[NAME, stored(NAME, valueOfHost(2), 9n)]]));
  assert.deepEqual(changes, []);
});

test('another key with the same content takes over, and back: both are told', () => {
  const table = tableOf(NAME);
  const keys = (updates: Parameters<LeaseTable['apply']>[0]) =>
    table.apply(updates).changes.map(({ before, after }) => [before?.key, after?.key]);
  const later = new Map([[WITH_IPV6, stored(WITH_IPV6, valueOfHost(2), 9n)]]);
  assert.deepEqual(keys(later), [[keyOf(NAME), keyOf(WITH_IPV6)]]);
  assert.deepEqual(keys(new Map([[NAME, undefined]])), [], 'the one that does not hold the subnet goes');
  assert.deepEqual(keys(new Map([[WITH_IPV6, undefined]])), [[keyOf(WITH_IPV6), undefined]]);
});
