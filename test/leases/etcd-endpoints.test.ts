import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEndpoints } from '../../src/leases/etcd-endpoints.ts';
import { ConfigFault } from '../../src/leases/faults.ts';

test('a comma list with spaces and slashes at the end', () => {
  assert.deepEqual(parseEndpoints('http://127.0.0.1:4001, http://127.0.0.1:2379/ ,https://[fd00::1]:2379,'), [
    'http://127.0.0.1:4001',
    'http://127.0.0.1:2379',
    'https://[fd00::1]:2379',
  ]);
});

for (const text of [
  '',
  ',',
  '127.0.0.1:2379',
  'http://127.0.0.1',
  'ftp://h:1',
  'http://h:1/path',
  'http://a:1,b',
]) {
  test(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseEndpoints(text), ConfigFault));
}
