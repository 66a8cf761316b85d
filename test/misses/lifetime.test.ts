import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NUD_PERMANENT, NUD_PROBE, NUD_STALE } from '../../src/netlink/constants.ts';
import { at, lease, macOf, resolverOnFake } from './fixture.ts';

const TIMEOUT = 600_000;

/** A resolver with a time-out of ten minutes whose reads run into their own time-out when time passes. */
function idling(maximum = 1000) {
  const fake = resolverOnFake(maximum, TIMEOUT);
  const { resolver, settle, pass, kernel, ifindex } = fake;
  resolver.apply([lease(1), lease(2)], true);
  /** Lets time pass in steps of half a second, as the resolver's reads do. */
  const wait = (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 500) {
      pass(500);
      settle();
      settle();
    }
  };
  const states = () =>
    Array.from(kernel.neighbours.neighbours.values(), ({ state }) => state).filter((state) => state !== 0);
  return { ...fake, ifindex, wait, states };
}

test('an entry without traffic goes after two time-outs at the latest, and not before one', () => {
  const { miss, held, wait, counters } = idling();
  miss('10.5.1.1');
  wait(TIMEOUT - 1000);
  assert.equal(held('10.5.1.1')?.state, NUD_PERMANENT);
  wait(2000);
  assert.equal(held('10.5.1.1')?.state, NUD_STALE);
  assert.equal(held('10.5.1.1')?.mac, macOf(1));
  wait(TIMEOUT - 2000);
  assert.equal(held('10.5.1.1')?.state, NUD_STALE);
  wait(2000);
  assert.equal(held('10.5.1.1'), undefined);
  assert.deepEqual([counters.get('doubted'), counters.get('expired'), counters.get('neighbours')], [1, 1, 0]);
});

test('an entry that asks is whole again and begins anew', () => {
  const { miss, ask, held, wait, counters, totals } = idling();
  miss('10.5.1.1');
  for (let round = 1; round <= 3; round++) {
    wait(TIMEOUT + 1000);
    const entry = held('10.5.1.1');
    assert.equal(entry?.state, NUD_STALE);
    entry.state = NUD_PROBE;
    ask(entry);
    assert.equal(held('10.5.1.1')?.state, NUD_PERMANENT);
    assert.equal(totals().refreshed, round);
  }
  assert.equal(counters.get('expired'), 0);
});

test('an entry that asks just before it is to go stays', () => {
  const { kernel, misses, miss, held, resolver, pass, settle, wait, counters, totals } = idling();
  miss('10.5.1.1');
  wait(2 * TIMEOUT - 1000);
  const entry = held('10.5.1.1');
  assert.equal(entry?.state, NUD_STALE);
  // The question comes right after the read that found none, so the entry is chosen to go nevertheless.
  pass(3000);
  entry.state = NUD_PROBE;
  misses.failReceive('EAGAIN');
  kernel.ask(misses, entry);
  resolver.step();
  settle();
  assert.equal(held('10.5.1.1')?.state, NUD_PERMANENT);
  assert.deepEqual([counters.get('expired'), totals().refreshed], [0, 1]);
});

test('a lease change makes a doubted entry whole, and it is doubted anew', () => {
  const { miss, held, wait, resolver, settle } = idling();
  miss('10.5.1.1');
  wait(TIMEOUT + 1000);
  assert.equal(held('10.5.1.1')?.state, NUD_STALE);
  resolver.apply([lease(1, macOf(70))], false);
  settle();
  assert.deepEqual([held('10.5.1.1')?.state, held('10.5.1.1')?.mac], [NUD_PERMANENT, macOf(70)]);
  wait(TIMEOUT - 2000);
  assert.equal(held('10.5.1.1')?.state, NUD_PERMANENT);
  wait(3000);
  assert.equal(held('10.5.1.1')?.state, NUD_STALE);
});

test('thousands are doubted a few at a time, and each of them', () => {
  const { kernel, misses, ifindex, settle, wait, states, counters } = idling(2000);
  for (let n = 0; n < 300; n++) {
    kernel.miss(misses, ifindex, 0x0a050100 + n);
  }
  settle();
  wait(TIMEOUT - 1000);
  const before = counters.get('doubted');
  wait(2000);
  const at = counters.get('doubted') - before;
  assert.ok(at > 0 && at <= 250, `${at} within two seconds`);
  wait(10_000);
  assert.ok(states().every((state) => state === NUD_STALE));
});

test('at the bound the longest idle goes first, and one in use only when none is idle', () => {
  const { miss, ask, held, wait, counters } = idling(8);
  for (let n = 1; n <= 8; n++) {
    miss(`10.5.1.${n}`);
    wait(500);
  }
  // Nearly full: what was not asked for lately is doubted early. All but the third and fifth carry traffic.
  wait(3000);
  for (const n of [1, 2, 4, 6, 7, 8]) {
    const entry = held(`10.5.1.${n}`);
    assert.equal(entry?.state, NUD_STALE, `${n}`);
    entry.state = NUD_PROBE;
    ask(entry);
  }
  miss('10.5.2.1');
  assert.equal(held('10.5.1.3'), undefined);
  miss('10.5.2.2');
  assert.equal(held('10.5.1.5'), undefined);
  assert.deepEqual([counters.get('evictedIdle'), counters.get('evictedUnderPressure')], [2, 0]);
  miss('10.5.2.3');
  assert.equal(held('10.5.1.1'), undefined, 'all are in use: this one was asked for longest ago');
  assert.deepEqual([counters.get('evictedIdle'), counters.get('evictedUnderPressure')], [2, 1]);
});

test('whether an entry is idle is decided by the clock of now, also right behind a miss that came alone', () => {
  const { miss, held, wait, pass, counters } = idling(8);
  for (let n = 1; n <= 8; n++) {
    miss(`10.5.1.${n}`);
  }
  while (held('10.5.1.1')?.state !== NUD_STALE) {
    wait(500);
  }
  // Long enough for one in use to have asked; no read has looked at the clock since.
  pass(200);
  miss('10.5.2.1');
  assert.deepEqual([counters.get('evictedIdle'), counters.get('evictedUnderPressure')], [1, 0]);
});

test('what somebody else removed is forgotten, what was altered is put right, what was added goes', () => {
  const { kernel, ifindex, misses, miss, held, put, settle, counters } = idling();
  for (const text of ['10.5.1.1', '10.5.1.2', '10.5.1.3']) {
    miss(text);
  }
  const altered = held('10.5.1.2');
  assert.ok(altered);
  kernel.neighbours.remove(ifindex, at('10.5.1.1'));
  altered.mac = macOf(99);
  put('10.5.1.9', NUD_PERMANENT, macOf(98), 0);
  kernel.tellOfNeighbour(misses, altered);
  settle();
  settle();
  assert.equal(held('10.5.1.2')?.mac, macOf(1));
  assert.equal(held('10.5.1.9'), undefined);
  assert.deepEqual([counters.get('mended'), counters.get('neighbours')], [3, 2]);
});

test('an entry that asked just before it was removed is not taken back into care', () => {
  const { kernel, misses, ifindex, miss, held, settle, counters } = idling();
  miss('10.5.1.1');
  const entry = held('10.5.1.1');
  assert.ok(entry);
  kernel.neighbours.remove(ifindex, at('10.5.1.2'));
  kernel.ask(misses, { ...entry, destination: at('10.5.1.2'), state: NUD_PROBE });
  settle();
  assert.deepEqual([counters.get('neighbours'), counters.refusals()], [1, { ENOENT: 1 }]);
});
