import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ipv4 } from '../../src/net/ipv4.ts';
import { DirectPaths } from '../../src/overlay/direct-paths.ts';
import { leaseOf } from './fixture.ts';

test('leases whose hosts are reached in another way than before are changes, and only those', () => {
  const [one, two, three] = [leaseOf(1), leaseOf(2), leaseOf(3)];
  const onLink = new Map<Ipv4, number>([
    [one.publicIp, 2],
    [two.publicIp, 2],
  ]);
  const paths = new DirectPaths((endpoint) => onLink.get(endpoint));
  assert.deepEqual(
    [one, two, three].map(({ publicIp }) => paths.interfaceTo(publicIp)),
    [2, 2, undefined],
  );
  assert.deepEqual(paths.reconsider([one, two, three]), []);
  onLink.delete(one.publicIp);
  onLink.set(two.publicIp, 3);
  onLink.set(three.publicIp, 2);
  assert.deepEqual(paths.reconsider([one, two, three]), [
    { before: one, after: one },
    { before: two, after: two },
    { before: three, after: three },
  ]);
  assert.deepEqual(paths.reconsider([one, two, three]), []);
});
