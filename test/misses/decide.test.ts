import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, HOLD, NO_LEASE } from '../../src/misses/decide.ts';
import type { RemoteHost } from '../../src/misses/remote-host.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { PrefixTable } from '../../src/net/prefix-table.ts';
import { hostOf } from './fixture.ts';

const narrow = hostOf(7);
const wide = hostOf(6);
const leases = new PrefixTable<RemoteHost>();
leases.set(parsePrefix('10.5.7.0/24'), narrow);
leases.set(parsePrefix('10.5.6.0/23'), wide);

const TABLE = [
  ['10.5.7.1', true, narrow],
  ['10.5.7.1', false, narrow],
  ['10.5.6.1', true, wide],
  ['10.5.8.1', true, NO_LEASE],
  ['10.5.8.1', false, HOLD],
] as const;

for (const [address, listed, wanted] of TABLE) {
  const answer =
    wanted === NO_LEASE
      ? 'no lease'
      : wanted === HOLD
        ? 'nothing'
        : wanted === narrow
          ? 'the /24'
          : 'the /23';
  test(`${address} is answered with ${answer} ${listed ? 'after' : 'before'} the first list`, () => {
    assert.equal(decide(parseIpv4(address), leases, listed), wanted);
  });
}
