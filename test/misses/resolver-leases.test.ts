import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  NUD_INCOMPLETE,
  NUD_PERMANENT,
  NUD_STALE,
  RTM_DELNEIGH,
  RTM_NEWNEIGH,
} from '../../src/netlink/constants.ts';
import { OWN_PROTOCOL } from '../../src/overlay/ownership.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { at, lease, macOf, noLease, resolverOnFake } from './fixture.ts';

/** What a resolved entry is. */
function resolved(n: number) {
  return { mac: macOf(n), state: NUD_PERMANENT, protocol: OWN_PROTOCOL };
}

function essence(neighbour: { mac: unknown; state: number; protocol: number } | undefined) {
  return neighbour && { mac: neighbour.mac, state: neighbour.state, protocol: neighbour.protocol };
}

test('at the bound what was asked for longest ago goes', () => {
  const { resolver, counters, miss, held } = resolverOnFake(3);
  resolver.apply([lease(7)], true);
  for (const text of ['10.5.7.1', '10.5.7.2', '10.5.7.3', '10.5.7.4']) {
    miss(text);
  }
  assert.equal(held('10.5.7.1'), undefined);
  assert.deepEqual(essence(held('10.5.7.4')), resolved(7));
  assert.deepEqual([counters.get('evictedUnderPressure'), counters.get('neighbours')], [1, 3]);
});

test('neighbours follow a lease to another MAC, and only those that differ are written', () => {
  const { kernel, resolver, counters, miss, held } = resolverOnFake();
  resolver.apply([lease(7), lease(8)], true);
  for (const text of ['10.5.7.1', '10.5.7.2', '10.5.8.1']) {
    miss(text);
  }
  kernel.requests.splice(0);
  resolver.apply([lease(7, macOf(70)), lease(8)], false);
  assert.deepEqual(
    kernel.requests.map(({ type }) => type),
    [RTM_NEWNEIGH, RTM_NEWNEIGH],
  );
  assert.equal(held('10.5.7.1')?.mac, macOf(70));
  assert.equal(held('10.5.7.2')?.mac, macOf(70));
  assert.equal(counters.get('rewritten'), 2);
  resolver.apply([lease(7, macOf(70))], true);
  assert.equal(kernel.requests.length, 2);
});

test('neighbours go with their lease', () => {
  const { kernel, resolver, counters, miss, held } = resolverOnFake();
  resolver.apply([lease(7), lease(8)], true);
  miss('10.5.7.1');
  miss('10.5.8.1');
  kernel.requests.splice(0);
  resolver.apply([noLease(7)], false);
  assert.deepEqual(
    kernel.requests.map(({ type }) => type),
    [RTM_DELNEIGH],
  );
  assert.equal(held('10.5.7.1'), undefined);
  assert.equal(held('10.5.8.1')?.mac, macOf(8));
  assert.deepEqual([counters.get('removed'), counters.get('neighbours')], [1, 1]);
});

test('a change that the kernel has no memory for is counted, and made when everything is compared again', () => {
  const { kernel, resolver, counters, miss, settle, held } = resolverOnFake();
  resolver.apply([lease(7)], true);
  miss('10.5.7.1');
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOBUFS);
  resolver.apply([lease(7, macOf(70))], false);
  settle();
  assert.deepEqual(counters.refusals(), { ENOBUFS: 1 });
  assert.equal(held('10.5.7.1')?.mac, macOf(70));
  assert.deepEqual([counters.get('adopted'), counters.get('neighbours')], [0, 1]);
});

test('entries of other interfaces are nobody’s business', () => {
  const { kernel, other, resolver } = resolverOnFake();
  kernel.neighbours.add(other, at('10.5.7.1'), NUD_INCOMPLETE);
  kernel.neighbours.add(other, at('10.5.7.2'), NUD_STALE, macOf(1), OWN_PROTOCOL);
  resolver.apply([lease(7)], true);
  assert.equal(kernel.neighbours.get(other, at('10.5.7.1'))?.state, NUD_INCOMPLETE);
  assert.equal(kernel.neighbours.get(other, at('10.5.7.2'))?.mac, macOf(1));
});
