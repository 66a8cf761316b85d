import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NUD_INCOMPLETE, NUD_PERMANENT, NUD_PROBE, RTM_NEWNEIGH } from '../../src/netlink/constants.ts';
import { OWN_PROTOCOL } from '../../src/overlay/ownership.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { at, lease, macOf, resolverOnFake } from './fixture.ts';

/** What a resolved entry is. */
function resolved(n: number) {
  return { mac: macOf(n), state: NUD_PERMANENT, protocol: OWN_PROTOCOL };
}

function essence(neighbour: { mac: unknown; state: number; protocol: number } | undefined) {
  return neighbour && { mac: neighbour.mac, state: neighbour.state, protocol: neighbour.protocol };
}

test('a miss is answered with the MAC of the host whose lease covers it', () => {
  const { resolver, counters, totals, miss, held } = resolverOnFake();
  resolver.apply([lease(7), lease(8)], true);
  miss('10.5.7.2');
  miss('10.5.8.2');
  assert.deepEqual(essence(held('10.5.7.2')), resolved(7));
  assert.deepEqual(essence(held('10.5.8.2')), resolved(8));
  assert.equal(totals().answered, 2);
  assert.equal(counters.get('neighbours'), 2);
});

test('a miss costs one request, which asks for no acknowledgement', () => {
  const { kernel, resolver, miss } = resolverOnFake();
  resolver.apply([lease(7)], true);
  kernel.requests.splice(0);
  miss('10.5.7.2');
  assert.deepEqual(
    kernel.requests.map(({ type, flags }) => [type, flags & 4]),
    [[RTM_NEWNEIGH, 0]],
  );
});

test('before the first list a miss is held, and the list answers it', () => {
  const { resolver, counters, totals, miss, held } = resolverOnFake();
  miss('10.5.7.2');
  miss('10.5.9.9');
  assert.equal(held('10.5.7.2')?.state, NUD_INCOMPLETE);
  assert.equal(totals().held, 2);
  resolver.apply([lease(7)], true);
  assert.deepEqual(essence(held('10.5.7.2')), resolved(7));
  assert.equal(held('10.5.9.9'), undefined);
  assert.deepEqual([totals().recovered, totals().noLease], [1, 1]);
  assert.equal(counters.get('neighbours'), 1);
});

test('a lease that is known before the first list is used', () => {
  const { resolver, totals, miss, held } = resolverOnFake();
  resolver.apply([lease(7)], false);
  miss('10.5.7.2');
  miss('10.5.8.2');
  assert.deepEqual(essence(held('10.5.7.2')), resolved(7));
  assert.equal(held('10.5.8.2')?.state, NUD_INCOMPLETE);
  assert.deepEqual([totals().answered, totals().held], [1, 1]);
});

test('an address without a lease is answered with the removal of its entry', () => {
  const { resolver, totals, miss, held } = resolverOnFake();
  resolver.apply([], true);
  miss('10.5.7.2');
  assert.equal(held('10.5.7.2'), undefined);
  assert.equal(totals().noLease, 1);
});

test('a question about an entry in use makes it whole again', () => {
  const { resolver, totals, put, ask, held } = resolverOnFake();
  resolver.apply([lease(7)], true);
  ask(put('10.5.7.2', NUD_PROBE, macOf(7)));
  assert.deepEqual(essence(held('10.5.7.2')), resolved(7));
  assert.deepEqual([totals().refreshed, totals().answered], [1, 0]);
});

test("somebody else's entry in use is in our care once it was answered", () => {
  const { resolver, counters, put, ask, held, settle } = resolverOnFake();
  resolver.apply([lease(7)], true);
  ask(put('10.5.7.2', NUD_PROBE, macOf(7), 0));
  assert.deepEqual(essence(held('10.5.7.2')), resolved(7));
  assert.equal(counters.get('neighbours'), 1);
  resolver.apply([lease(7, macOf(8))], false);
  settle();
  assert.equal(held('10.5.7.2')?.mac, macOf(8), 'it follows its lease');
});

test('a question about an entry of ours without a lease removes it', () => {
  const { resolver, totals, put, ask, held } = resolverOnFake();
  resolver.apply([], true);
  ask(put('10.5.7.2', NUD_PROBE, macOf(7)));
  assert.equal(held('10.5.7.2'), undefined);
  assert.equal(totals().noLease, 1);
});

test("somebody else's entry in use stays when no lease covers it", () => {
  const { kernel, resolver, totals, put, ask, held } = resolverOnFake();
  resolver.apply([], true);
  kernel.requests.splice(0);
  ask(put('10.5.7.2', NUD_PROBE, macOf(99), 0));
  ask(put('10.5.7.3', NUD_PROBE, macOf(99), 4));
  assert.equal(held('10.5.7.2')?.mac, macOf(99));
  assert.equal(held('10.5.7.3')?.mac, macOf(99));
  assert.equal(kernel.requests.length, 0);
  assert.equal(totals().noLease, 0);
});

test('refused answers are counted by errno', () => {
  const { kernel, misses, resolver, counters, miss, settle } = resolverOnFake();
  resolver.apply([lease(7)], true);
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOBUFS);
  miss('10.5.7.2');
  settle();
  misses.failSend('EAGAIN');
  miss('10.5.7.3');
  assert.deepEqual(counters.refusals(), { ENOBUFS: 1, EAGAIN: 1 });
});

test('an entry that vanished before its answer came does not rise again', () => {
  const { kernel, ifindex, misses, resolver, counters, settle, held } = resolverOnFake();
  resolver.apply([lease(7)], true);
  kernel.miss(misses, ifindex, at('10.5.7.2'));
  kernel.neighbours.neighbours.clear();
  settle();
  settle();
  assert.equal(held('10.5.7.2'), undefined);
  assert.deepEqual(counters.refusals(), { ENOENT: 1 });
});

test('junk on the miss socket is counted and harms nothing', () => {
  const { misses, resolver, counters, settle, miss, held } = resolverOnFake();
  resolver.apply([lease(7)], true);
  misses.push(Buffer.alloc(3));
  misses.push(Buffer.alloc(64, 0xff));
  settle();
  assert.equal(counters.get('malformed'), 2);
  miss('10.5.7.2');
  assert.deepEqual(essence(held('10.5.7.2')), resolved(7));
});

test('after an overrun pokes go out until one is acknowledged, then a dump answers what waits', () => {
  const { kernel, ifindex, misses, resolver, counters, totals, settle, held } = resolverOnFake();
  resolver.apply([lease(7)], true);
  misses.capacity = 3;
  const addresses = Array.from({ length: 20 }, (_, index) => at('10.5.7.2') + index);
  for (const address of [...addresses, at('10.5.99.1')]) {
    kernel.miss(misses, ifindex, address);
  }
  settle();
  for (const address of addresses) {
    assert.deepEqual(essence(kernel.neighbours.get(ifindex, address)), resolved(7));
  }
  assert.equal(held('10.5.99.1'), undefined);
  assert.equal(counters.get('overruns'), 1);
  assert.deepEqual([totals().answered, totals().recovered], [3, 17]);
  assert.equal(counters.get('overrunsRecovered'), 18, 'the one without a lease too');
  assert.equal(totals().noLease, 1);
  assert.equal(counters.get('neighbours'), 20);
  kernel.requests.splice(0);
  kernel.miss(misses, ifindex, at('10.5.7.99'));
  settle();
  assert.equal(kernel.requests.length, 1, 'the pokes have ended');
});

test('after an overrun before the first list nothing is answered negatively', () => {
  const { kernel, ifindex, misses, resolver, counters, totals, settle, held } = resolverOnFake();
  misses.capacity = 1;
  kernel.miss(misses, ifindex, at('10.5.7.2'));
  kernel.miss(misses, ifindex, at('10.5.7.3'));
  settle();
  settle();
  assert.equal(counters.get('overruns'), 1);
  assert.equal(held('10.5.7.3')?.state, NUD_INCOMPLETE);
  assert.equal(totals().noLease, 0);
  resolver.apply([lease(7)], true);
  assert.deepEqual(essence(held('10.5.7.3')), resolved(7));
});

test('silence and signals are no events', () => {
  const { kernel, misses, resolver, counters } = resolverOnFake();
  resolver.step();
  misses.failReceive('EINTR');
  resolver.step();
  assert.equal(kernel.requests.length, 0);
  assert.equal(counters.get('overruns'), 0);
});

test('a socket that is beyond use ends the resolver', () => {
  const { misses, resolver } = resolverOnFake();
  misses.failReceive('EBADF');
  assert.throws(() => resolver.step(), { name: 'KernelFault', code: 'EBADF' });
});
