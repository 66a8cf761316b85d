import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ipv4 } from '../../src/net/ipv4.ts';
import { DirectPaths } from '../../src/overlay/direct-paths.ts';
import { leaseOf } from './fixture.ts';

test('leases whose hosts are reached in another way than before are changes, and only those', () => {
  const [one, two, three] = [leaseOf(1), leaseOf(2), leaseOf(3)];
  const onLink = new Set<Ipv4>([one.publicIp, two.publicIp]);
  const paths = new DirectPaths((endpoint) => onLink.has(endpoint));
  assert.deepEqual(
    [one, two, three].map(({ publicIp }) => paths.isDirect(publicIp)),
    [true, true, false],
  );
  assert.deepEqual(paths.reconsider([one, two, three]), []);
  onLink.delete(one.publicIp);
  onLink.add(three.publicIp);
  assert.deepEqual(paths.reconsider([one, two, three]), [
    { before: one, after: one },
    { before: three, after: three },
  ]);
  assert.deepEqual(paths.reconsider([one, two, three]), []);
});
