import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookUp } from '../../src/diagnosis/lookup.ts';
import { decisionOf, relationOf } from '../../src/diagnosis/relation.ts';
import { leaseOf, type Standing } from '../../src/diagnosis/standing.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { modeOf } from '../../src/overlay/modes.ts';
import { LEASE, standingOn } from '../support/standing.ts';
import { fakeGround } from './fixture.ts';

function decided(text: string, values: Partial<Standing> = {}): [relation: string, decision: string] {
  const standing = standingOn({ ifindex: 3, name: 'flannel.1' }, values);
  const lease = leaseOf(standing, parseIpv4(text));
  const relation = relationOf(standing, parseIpv4(text), lease);
  return [relation, decisionOf(standing, relation, lease)];
}

test("an address is another host's, this host's, nobody's, or not the overlay's", () => {
  const relations = ['10.5.7.1', '10.5.1.1', '10.5.8.1', '10.6.0.1'].map((text) => decided(text)[0]);
  assert.deepEqual(relations, ['remote', 'own', 'nobody', 'outside']);
});

test('the mode decides what becomes of it', () => {
  const of = (mode: 'lazy' | 'lazy-subnet' | 'eager', values: Partial<Standing> = {}) =>
    decided('10.5.7.1', { mode: modeOf(mode), ...values })[1];
  assert.match(of('lazy'), /first packet asks the agent, which answers with the MAC/);
  assert.match(of('lazy-subnet'), /gives the whole subnet a route/);
  assert.match(of('eager'), /nobody is asked/);
  assert.match(of('eager', { isDirect: () => true }), /route to 10\.99\.0\.17 without the tunnel/);
  assert.match(decided('10.5.8.1')[1], /EHOSTUNREACH/);
  assert.match(decided('10.5.8.1', { mode: modeOf('eager') })[1], /no route of the overlay/);
  assert.match(
    decided('10.5.8.1', { listed: false })[1],
    /nothing is refused before the first complete list/,
  );
  assert.match(decided('10.6.0.1')[1], /not in the overlay's network 10\.5\.0\.0\/16/);
  assert.match(decided('10.6.0.1', { network: undefined })[1], /has not been read/);
});

test('of leases that lie in each other the longest has the address', () => {
  const inner = { ...LEASE, key: 'inner', subnet: parsePrefix('10.5.7.128/25') };
  for (const leases of [
    [LEASE, inner],
    [inner, LEASE],
  ]) {
    assert.equal(leaseOf({ leases }, parseIpv4('10.5.7.200')), inner);
    assert.equal(leaseOf({ leases }, parseIpv4('10.5.7.100')), LEASE);
  }
});

test('before the daemon has a device a lookup says so, and what it has', () => {
  const { ground } = fakeGround();
  const standing = {
    ...ground.standing,
    tunnel: undefined,
    network: undefined,
    subnet: undefined,
    leases: [],
  };
  const told = lookUp({ kernel: ground.kernel, standing, misses: () => [] }, parseIpv4('10.5.7.1'));
  assert.deepEqual(
    [told.relation, told.route, told.neighbour, told.forwarding],
    ['outside', null, null, null],
  );
  assert.deepEqual(
    told.problems.map(({ found }) => found),
    ['the tunnel device is not made yet'],
  );
});
