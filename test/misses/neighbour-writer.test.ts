import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEVER } from '../../src/misses/lifetime.ts';
import {
  NLMSG_NOOP,
  NUD_DELAY,
  NUD_INCOMPLETE,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_REACHABLE,
  NUD_STALE,
  RTM_DELNEIGH,
  RTM_NEWNEIGH,
} from '../../src/netlink/constants.ts';
import { OWN_PROTOCOL } from '../../src/overlay/ownership.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { at, lease, macOf, resolverOnFake } from './fixture.ts';

type Fixture = ReturnType<typeof resolverOnFake>;

function writes({ kernel }: Fixture): number[] {
  return kernel.requests
    .map(({ type }) => type)
    .filter((type) => type === RTM_NEWNEIGH || type === RTM_DELNEIGH);
}

/** Puts one entry into the kernel's table, then gives the first complete list: host 7 has 10.5.7.0/24. */
function adopt(address: string, state: number, mac: ReturnType<typeof macOf> | undefined, protocol: number) {
  const fixture = resolverOnFake();
  fixture.put(address, state, mac, protocol);
  fixture.resolver.apply([lease(7)], true);
  const held = fixture.held(address);
  const { counters } = fixture;
  const counted = Object.entries({
    adopted: counters.get('adopted'),
    rewritten: counters.get('rewritten'),
    removed: counters.get('removed'),
    ...fixture.totals(),
  });
  return {
    held: held === undefined ? 'gone' : `${held.mac} ${held.state} ${held.protocol}`,
    counted: counted.filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`),
    writes: writes(fixture).length,
    neighbours: counters.get('neighbours'),
  };
}

const OURS = `${macOf(7)} ${NUD_PERMANENT} ${OWN_PROTOCOL}`;

test('at the start an entry of ours that is right is kept without a write', () => {
  assert.deepEqual(adopt('10.5.7.2', NUD_PERMANENT, macOf(7), OWN_PROTOCOL), {
    held: OURS,
    counted: ['adopted 1'],
    writes: 0,
    neighbours: 1,
  });
});

test('at the start an entry of ours between two states is made whole, with one write', () => {
  for (const state of [NUD_STALE, NUD_DELAY, NUD_REACHABLE]) {
    assert.deepEqual(adopt('10.5.7.2', state, macOf(7), OWN_PROTOCOL), {
      held: OURS,
      counted: ['adopted 1'],
      writes: 1,
      neighbours: 1,
    });
  }
});

test('at the start an entry of ours that waits in PROBE is answered, with one write', () => {
  for (const mac of [macOf(7), macOf(9)]) {
    const found = adopt('10.5.7.2', NUD_PROBE, mac, OWN_PROTOCOL);
    assert.deepEqual(found, { held: OURS, counted: ['recovered 1'], writes: 1, neighbours: 1 });
  }
  const gone = adopt('10.5.9.2', NUD_PROBE, macOf(9), OWN_PROTOCOL);
  assert.deepEqual(gone, { held: 'gone', counted: ['noLease 1'], writes: 1, neighbours: 0 });
});

test('at the start an entry of ours that leads elsewhere is rewritten', () => {
  assert.deepEqual(adopt('10.5.7.2', NUD_PERMANENT, macOf(9), OWN_PROTOCOL), {
    held: OURS,
    counted: ['rewritten 1'],
    writes: 1,
    neighbours: 1,
  });
});

test('at the start an entry of ours that no lease covers goes', () => {
  assert.deepEqual(adopt('10.5.9.2', NUD_PERMANENT, macOf(9), OWN_PROTOCOL), {
    held: 'gone',
    counted: ['removed 1'],
    writes: 1,
    neighbours: 0,
  });
});

test('at the start what flannel left goes: PERMANENT without a mark, inside the network', () => {
  for (const address of ['10.5.7.0', '10.5.9.0']) {
    const found = adopt(address, NUD_PERMANENT, macOf(7), 0);
    assert.deepEqual(found, { held: 'gone', counted: ['removed 1'], writes: 1, neighbours: 0 });
  }
});

test('at the start what is somebody else’s stays', () => {
  const foreign: [string, number, number][] = [
    ['10.5.9.2', NUD_PERMANENT, 4],
    ['10.5.7.2', NUD_PERMANENT, 4],
    ['10.6.0.1', NUD_PERMANENT, 0],
    ['10.6.0.1', NUD_REACHABLE, 0],
    ['10.5.9.2', NUD_PROBE, 4],
    ['224.0.0.22', NUD_NOARP, 0],
  ];
  for (const [address, state, protocol] of foreign) {
    assert.deepEqual(adopt(address, state, macOf(9), protocol), {
      held: `${macOf(9)} ${state} ${protocol}`,
      counted: [],
      writes: 0,
      neighbours: 0,
    });
  }
});

test('at the start what a lazy flannel left becomes ours, and goes where no lease covers it', () => {
  for (const state of [NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE]) {
    const { resolver, put, held, counters } = resolverOnFake(1000, NEVER);
    put('10.5.7.2', state, macOf(7), 0);
    put('10.5.7.3', state, macOf(9), 0);
    put('10.5.9.2', state, macOf(9), 0);
    resolver.apply([lease(7)], true);
    for (const kept of ['10.5.7.2', '10.5.7.3']) {
      const entry = held(kept);
      assert.deepEqual([entry?.mac, entry?.state, entry?.protocol], [macOf(7), NUD_PERMANENT, OWN_PROTOCOL]);
    }
    assert.equal(held('10.5.9.2'), undefined, 'no lease covers it');
    assert.deepEqual([counters.get('neighbours'), counters.get('rewritten')], [2, 2]);
  }
});

test('at the start what waits is answered, whoever made it wait', () => {
  const found = adopt('10.5.7.2', NUD_INCOMPLETE, undefined, 0);
  assert.deepEqual(found, { held: OURS, counted: ['recovered 1'], writes: 1, neighbours: 1 });
});

test('at the start no more is kept than the bound allows', () => {
  const { kernel, counters, resolver, put, settle } = resolverOnFake(3);
  for (let last = 1; last <= 5; last++) {
    put(`10.5.7.${last}`, NUD_PERMANENT, macOf(7));
    put(`10.5.7.${100 + last}`, NUD_STALE, macOf(7));
  }
  resolver.apply([lease(7)], true);
  // Room is made when nobody waits.
  settle();
  assert.equal(counters.get('neighbours'), 3);
  assert.equal(kernel.neighbours.neighbours.size, 3);
  assert.equal(counters.get('evictedUnderPressure'), 7);
});

test('only what differs is written, and a later list compares nothing again', () => {
  const { kernel, resolver, counters, put, settle } = resolverOnFake();
  for (let last = 0; last < 250; last++) {
    put(`10.5.7.${last}`, NUD_PERMANENT, macOf(last % 2 === 0 ? 7 : 9));
  }
  resolver.apply([lease(7)], true);
  assert.deepEqual([counters.get('adopted'), counters.get('rewritten')], [125, 125]);
  assert.equal(kernel.requests.length, 2 + 125, 'two dumps and what differs');
  kernel.requests.splice(0);
  resolver.apply([lease(7)], true);
  settle();
  assert.deepEqual(
    kernel.requests.filter(({ type }) => type !== NLMSG_NOOP),
    [],
  );
});

test('an entry that is gone already counts neither as refused nor as removed', () => {
  const { kernel, resolver, counters, put } = resolverOnFake();
  put('10.5.9.2', NUD_PERMANENT, macOf(9));
  kernel.refuse(RTM_DELNEIGH, ERRNO.ENOENT);
  resolver.apply([lease(7)], true);
  assert.deepEqual(counters.refusals(), {});
  assert.equal(counters.get('removed'), 0);
});

test('a removal that is refused otherwise is counted', () => {
  const { kernel, resolver, counters, put } = resolverOnFake();
  put('10.5.9.2', NUD_PERMANENT, macOf(9));
  kernel.refuse(RTM_DELNEIGH, ERRNO.EPERM);
  resolver.apply([lease(7)], true);
  assert.deepEqual(counters.refusals(), { EPERM: 1 });
});

test('neighbours inside a longer lease keep it when the wider one goes', () => {
  const { kernel, ifindex, resolver, miss } = resolverOnFake();
  const wide = { subnet: { address: at('10.5.0.0'), length: 20 }, mac: macOf(99) };
  resolver.apply([lease(7), wide], true);
  miss('10.5.7.1');
  miss('10.5.8.1');
  resolver.apply([{ ...wide, mac: undefined }], false);
  assert.equal(kernel.neighbours.get(ifindex, at('10.5.7.1'))?.mac, macOf(7));
  assert.equal(kernel.neighbours.get(ifindex, at('10.5.8.1')), undefined);
});
