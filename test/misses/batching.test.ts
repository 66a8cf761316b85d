import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIpv4 } from '../../src/net/ipv4.ts';
import { NLM_F_ACK, NUD_PERMANENT, RTM_DELNEIGH } from '../../src/netlink/constants.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { at, lease, macOf, noLease, resolverOnFake } from './fixture.ts';

/**
 * A resolver with leases of hosts 1 to 4, whose writes are counted, and what types of messages were in each, and a burst
 * of n misses that all wait at once.
 */
function burstable(maximum?: number) {
  const fake = resolverOnFake(maximum);
  const { resolver, kernel, ifindex, misses } = fake;
  resolver.apply(
    [1, 2, 3, 4].map((n) => lease(n)),
    true,
  );
  const writes: number[] = [];
  const types: number[][] = [];
  const send = misses.send.bind(misses);
  misses.send = (bytes) => {
    writes.push(bytes.length);
    types.push(typesOf(bytes));
    send(bytes);
  };
  const address = (n: number) => formatIpv4(at('10.5.1.0') + n);
  const wait = (count: number, from = 1) => {
    for (let n = from; n < from + count; n++) {
      kernel.miss(misses, ifindex, at(address(n)));
    }
  };
  return { ...fake, writes, types, address, wait };
}

test('misses that wait together are answered in few writes, every one of them', () => {
  const { settle, writes, wait, held, address, totals } = burstable();
  wait(600);
  settle();
  for (let n = 1; n <= 600; n++) {
    assert.equal(held(address(n))?.state, NUD_PERMANENT, address(n));
  }
  assert.equal(totals().answered, 600);
  // Eight by themselves, then 592 in hundreds, as long as a write may be.
  assert.ok(writes.length < 14, `${writes.length} writes`);
});

test('evictions are written a few at a time, for a miss may come meanwhile', () => {
  const { settle, wait, types, counters } = burstable(100);
  wait(700);
  settle();
  const removals = types.map((sent) => sent.filter((type) => type === RTM_DELNEIGH).length);
  assert.equal(counters.get('evictedUnderPressure'), 600);
  assert.equal(
    removals.reduce((sum, count) => sum + count),
    600,
  );
  assert.ok(Math.max(...removals) <= 64, `${removals}`);
});

test('misses that come one by one are each answered at once, and seldom with a mark', () => {
  const { kernel, miss, writes, held, address } = burstable();
  kernel.requests.splice(0);
  for (let n = 1; n <= 80; n++) {
    miss(address(n));
    assert.equal(held(address(n))?.state, NUD_PERMANENT);
  }
  assert.equal(writes.length, 80);
  const marked = kernel.requests.filter(({ flags }) => (flags & NLM_F_ACK) !== 0);
  assert.equal(marked.length, 10);
});

test('after a burst, single misses are answered at once again', () => {
  const { settle, wait, miss, writes, held, address } = burstable();
  wait(100);
  settle();
  const before = writes.length;
  miss(address(200));
  assert.equal(writes.length, before + 1);
  assert.equal(held(address(200))?.state, NUD_PERMANENT);
});

test('an overrun in the middle of a batch keeps nothing waiting', () => {
  const { settle, misses, wait, held, address, counters, totals } = burstable();
  misses.capacity = 50;
  wait(500);
  settle();
  for (let n = 1; n <= 500; n++) {
    assert.equal(held(address(n))?.state, NUD_PERMANENT, address(n));
  }
  assert.equal(counters.get('overruns'), 1);
  assert.equal(totals().answered + totals().recovered, 500);
  assert.equal(counters.get('overrunsRecovered'), totals().recovered);
});

test('what waits in a batch is decided by the leases of its time, and follows the next ones', () => {
  const { resolver, settle, wait, misses, held, address } = burstable();
  wait(100);
  // Nine reads: the eighth write carries a mark, the ninth miss waits for it.
  for (let reads = 0; reads < 9; reads++) {
    resolver.step();
  }
  assert.ok(misses.waiting > 0);
  resolver.apply([{ ...lease(1), mac: lease(2).mac }], true);
  assert.equal(held(address(9))?.mac, macOf(1), 'written before the change, so the change finds it');
  settle();
  assert.equal(held(address(9))?.mac, macOf(2));
  resolver.apply([noLease(1)], true);
  settle();
  for (let n = 1; n <= 100; n++) {
    assert.equal(held(address(n)), undefined, address(n));
  }
});

test('an answer that the kernel had no memory for is given again', () => {
  for (const errno of [ERRNO.ENOBUFS, ERRNO.ENOMEM]) {
    const { kernel, miss, held, address, counters, totals } = burstable();
    kernel.refuse(28, errno);
    miss(address(1));
    assert.equal(held(address(1))?.state, NUD_PERMANENT);
    assert.equal(totals().recovered, 1);
    assert.equal(Object.values(counters.refusals()).at(0), 1);
  }
});

test('a socket that refuses answers for another reason than memory ends the resolver', () => {
  const { misses, miss } = burstable();
  misses.failSend('EPERM');
  assert.throws(() => miss('10.5.1.1'), { name: 'KernelFault', code: 'EPERM' });
});

test('what was dropped behind the acknowledgement of an earlier overrun is answered too', () => {
  const { resolver, misses, wait, settle, held, address, counters } = burstable();
  misses.capacity = 3;
  wait(4);
  // The overrun and three misses: behind the last one the kernel takes the poke, whose acknowledgement now waits.
  for (let reads = 0; reads < 4; reads++) {
    resolver.step();
  }
  assert.equal(misses.waiting, 1);
  wait(3, 5);
  assert.ok(misses.waiting > 2, 'a second overrun, in front of which that acknowledgement stands');
  resolver.step();
  resolver.step();
  wait(1, 8);
  settle();
  for (let n = 1; n <= 8; n++) {
    assert.equal(held(address(n))?.state, NUD_PERMANENT, address(n));
  }
  assert.equal(counters.get('overruns'), 2);
});

test('an answer that could not be written is given again', () => {
  const { misses, miss, held, address, counters } = burstable();
  misses.failSend('ENOBUFS');
  miss(address(1));
  assert.equal(held(address(1))?.state, NUD_PERMANENT);
  assert.deepEqual(counters.refusals(), { ENOBUFS: 1 });
});

test('evictions wait until nobody else does, and then happen by themselves', () => {
  const { kernel, misses, ifindex, resolver, settle, counters, totals } = resolverOnFake(100);
  resolver.apply(
    [1, 2, 3, 4].map((n) => lease(n)),
    true,
  );
  for (let n = 0; n < 700; n++) {
    kernel.miss(misses, ifindex, at('10.5.1.0') + n);
  }
  // Each step reads one datagram; the marks among them are few.
  for (let reads = 0; reads < 700; reads++) {
    resolver.step();
  }
  assert.ok(
    counters.get('evictedUnderPressure') < 300,
    `${counters.get('evictedUnderPressure')} were evicted in the middle of the burst`,
  );
  settle();
  assert.equal(totals().answered, 700);
  assert.equal(counters.get('evictedUnderPressure'), 600);
  assert.equal(counters.get('neighbours'), 100);
  assert.equal(kernel.neighbours.neighbours.size, 100);
});

/** nlmsg_type of each message. */
function typesOf(bytes: Uint8Array): number[] {
  const view = Buffer.from(bytes);
  const types: number[] = [];
  for (let offset = 0; offset < view.length; offset += (view.readUInt32LE(offset) + 3) & ~3) {
    types.push(view.readUInt16LE(offset + 4));
  }
  return types;
}
