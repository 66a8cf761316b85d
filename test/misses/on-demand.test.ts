import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JournalReader } from '../../src/misses/recording/journal-reader.ts';
import { formatIpv4, parseIpv4 } from '../../src/net/ipv4.ts';
import type { Mac } from '../../src/net/mac.ts';
import { AF_BRIDGE, RTM_DELNEIGH, RTM_NEWNEIGH } from '../../src/netlink/constants.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { lease, macOf, noLease, resolverOnFake } from './fixture.ts';

const IDLE = 10_000;

/** A resolver that installs forwarding entries on demand; hosts 1 and 2 have leases, at 192.0.2.1 and .2. */
function onDemand() {
  const fake = resolverOnFake(1000, IDLE, { forwardOnDemand: true });
  const { resolver, kernel, ifindex, settle, pass } = fake;
  resolver.place([1, 2].map((n) => at(n)));
  resolver.apply([lease(1), lease(2)], true);
  settle();
  /** `1>192.0.2.1`: the last byte of the MAC, and where it leads. */
  const forwarding = () =>
    Array.from(
      kernel.neighbours.forwarding.values(),
      ({ mac, endpoint }) => `${Number.parseInt(mac.slice(-2), 16)}>${formatIpv4(endpoint)}`,
    ).sort();
  /** Writes that changed entries since the last call: `+F` and `-F` forwarding, `+N` and `-N` neighbours. */
  const written = () =>
    kernel.requests
      .splice(0)
      .filter(({ type }) => type === RTM_NEWNEIGH || type === RTM_DELNEIGH)
      .map(
        ({ type, payload }) => `${type === RTM_NEWNEIGH ? '+' : '-'}${payload[0] === AF_BRIDGE ? 'F' : 'N'}`,
      )
      .join(' ');
  /** Somebody writes the forwarding entry of a host. */
  const alter = (mac: Mac, endpoint: string | undefined) => {
    const key = `${ifindex} ${mac}`;
    const before = kernel.neighbours.forwarding.get(key);
    const entry = { ifindex, mac, endpoint: parseIpv4(endpoint ?? '0.0.0.1'), state: before?.state ?? 128 };
    if (endpoint === undefined) {
      kernel.neighbours.forwarding.delete(key);
    } else {
      kernel.neighbours.forwarding.set(key, entry);
    }
    kernel.tellOfForwarding(fake.misses, entry, endpoint === undefined ? RTM_DELNEIGH : RTM_NEWNEIGH);
    settle();
    settle();
  };
  const wait = (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 500) {
      pass(500);
      settle();
      settle();
    }
  };
  /** The journal in short: kind, last byte of the MAC, outcome, errno. */
  const told = () => {
    const reader = new JournalReader(fake.memory.journal);
    return Array.from({ length: reader.head }, (_, number) => {
      const { kind, outcome, mac, errno } = reader.read(number) ?? {};
      return [kind, mac?.[5], outcome, errno].filter((word) => word !== undefined).join(' ');
    });
  };
  written();
  return { ...fake, forwarding, written, alter, wait, told };
}

function at(n: number, last = n, mac = macOf(n)) {
  return { mac, endpoint: parseIpv4(`192.0.2.${last}`) };
}

test('the first neighbour brings the forwarding entry, before itself and in one write', () => {
  const { misses, miss, forwarding, written, counters } = onDemand();
  const sizes: number[] = [];
  const send = misses.send.bind(misses);
  misses.send = (bytes) => {
    sizes.push(bytes.length);
    send(bytes);
  };
  assert.deepEqual(forwarding(), []);
  miss('10.5.1.1');
  assert.deepEqual([forwarding(), written()], [['1>192.0.2.1'], '+F +N']);
  assert.equal(sizes.filter((size) => size > 56).length, 1);
  miss('10.5.1.2');
  assert.equal(written(), '+N', 'the second finds it');
  assert.deepEqual([counters.get('forwarding'), counters.get('forwardingWritten')], [1, 1]);
});

test('a forwarding entry goes with its last neighbour, behind it', () => {
  const { miss, forwarding, written, wait, resolver, counters } = onDemand();
  miss('10.5.1.1');
  miss('10.5.1.2');
  written();
  wait(2 * IDLE + 2000);
  assert.deepEqual(forwarding(), []);
  assert.equal(written().slice(-8), '-N -N -F');
  assert.deepEqual([counters.get('forwarding'), counters.get('forwardingRemoved')], [0, 1]);
  // And comes again.
  miss('10.5.1.1');
  assert.deepEqual(forwarding(), ['1>192.0.2.1']);
  resolver.place([{ mac: macOf(1), endpoint: undefined }]);
  resolver.apply([noLease(1)], false);
  wait(500);
  assert.deepEqual(forwarding(), []);
});

test('leases with one MAC share an entry, and an eviction that leaves neighbours leaves it', () => {
  const { resolver, settle, miss, forwarding, written } = onDemand();
  resolver.apply([lease(3, macOf(1))], false);
  settle();
  miss('10.5.1.1');
  written();
  miss('10.5.3.1');
  assert.deepEqual([forwarding(), written()], [['1>192.0.2.1'], '+N']);
  resolver.apply([noLease(1)], false);
  settle();
  assert.deepEqual(forwarding(), ['1>192.0.2.1']);
});

test('a lease that moves: its entry leads elsewhere at once; with a new MAC it is there before neighbours lead to it', () => {
  const { resolver, settle, miss, forwarding, written } = onDemand();
  miss('10.5.1.1');
  miss('10.5.1.2');
  written();
  resolver.place([at(1, 77)]);
  resolver.apply([lease(1)], false);
  settle();
  assert.deepEqual([forwarding(), written()], [['1>192.0.2.77'], '+F']);
  resolver.place([{ mac: macOf(1), endpoint: undefined }, at(9)]);
  resolver.apply([lease(1, macOf(9))], false);
  settle();
  assert.deepEqual([forwarding(), written()], [['9>192.0.2.9'], '+F +N +N -F']);
});

test('a frame without an entry brings it, whoever sent the frame', () => {
  const { resolver, settle, miss, forwarding, kernel, ifindex, wait, counters, outcomes } = onDemand();
  miss('10.5.1.1');
  kernel.neighbours.forwarding.delete(`${ifindex} ${macOf(1)}`);
  resolver.repairForwarding(macOf(1));
  settle();
  assert.deepEqual(forwarding(), ['1>192.0.2.1']);
  resolver.repairForwarding(macOf(2));
  settle();
  assert.deepEqual(forwarding(), ['1>192.0.2.1', '2>192.0.2.2']);
  resolver.repairForwarding(macOf(200));
  settle();
  assert.equal(forwarding().length, 2);
  assert.deepEqual([outcomes.ofL2('answered'), outcomes.ofL2('no-lease')], [2, 1]);
  assert.equal(counters.get('forwarding'), 2);
  // The fake kernel says of each entry that it was used this moment.
  wait(2 * IDLE);
  assert.deepEqual(forwarding(), ['2>192.0.2.2'], 'as long as frames go by it');
});

test('an entry that only frames of others needed goes when none went by it', () => {
  const { resolver, settle, forwarding, kernel, wait } = onDemand();
  kernel.neighbours.unusedHundredths = IDLE;
  resolver.repairForwarding(macOf(2));
  settle();
  wait(IDLE - 1000);
  assert.equal(forwarding().length, 1);
  wait(2000);
  assert.deepEqual(forwarding(), []);
});

test('what somebody else wrote into the forwarding table is put right', () => {
  const { miss, forwarding, alter, counters } = onDemand();
  miss('10.5.1.1');
  alter(macOf(1), undefined);
  assert.deepEqual(forwarding(), ['1>192.0.2.1']);
  alter(macOf(1), '192.0.2.66');
  assert.deepEqual(forwarding(), ['1>192.0.2.1']);
  alter(macOf(2), '192.0.2.2');
  assert.deepEqual(forwarding(), ['1>192.0.2.1'], 'no neighbour leads there');
  alter(macOf(99), '192.0.2.99');
  assert.deepEqual(forwarding(), ['1>192.0.2.1']);
  assert.ok(counters.get('mended') >= 4, `${counters.get('mended')}`);
});

test('what an earlier agent left is kept where neighbours lead to it, and nothing else', () => {
  const fake = resolverOnFake(1000, IDLE, { forwardOnDemand: true });
  const { kernel, ifindex, put, resolver, settle } = fake;
  put('10.5.1.1', 128, macOf(1));
  put('10.5.2.1', 128, macOf(2));
  for (const [n, endpoint] of [
    [1, '192.0.2.1'],
    [5, '192.0.2.5'],
  ] as const) {
    kernel.neighbours.forwarding.set(`${ifindex} ${macOf(n)}`, {
      ifindex,
      mac: macOf(n),
      endpoint: parseIpv4(endpoint),
      state: 128,
    });
  }
  resolver.place([1, 2, 5].map((n) => at(n)));
  resolver.apply([lease(1), lease(2)], true);
  settle();
  const held = Array.from(kernel.neighbours.forwarding.values(), ({ mac }) => mac).sort();
  assert.deepEqual(held, [macOf(1), macOf(2)]);
  assert.equal(fake.counters.get('forwarding'), 2);
});

test('an entry that the kernel has no memory for is counted, and written by the comparison', () => {
  const { kernel, misses, ifindex, miss, forwarding, wait, counters } = onDemand();
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOBUFS);
  miss('10.5.1.1');
  wait(3000);
  assert.deepEqual(forwarding(), ['1>192.0.2.1']);
  assert.equal(counters.get('forwardingFailed'), 1);
  assert.ok(kernel.neighbours.get(ifindex, 0x0a050101) !== undefined && misses.waiting === 0);
});

test('a frame whose forwarding entry the kernel refuses is told with the errno', () => {
  const { resolver, kernel, settle, forwarding, outcomes, counters, told, wait } = onDemand();
  resolver.repairForwarding(macOf(1));
  settle();
  for (const _ of ['the write', 'the comparison that tries again']) {
    kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOSPC);
  }
  resolver.repairForwarding(macOf(2));
  settle();
  assert.deepEqual(told(), ['L2 1 answered', 'L2 2 refused ENOSPC']);
  assert.deepEqual([outcomes.ofL2('answered'), outcomes.ofL2('refused'), outcomes.inAllL2], [1, 1, 2]);
  wait(3000);
  assert.deepEqual([counters.get('forwardingFailed'), counters.refusals()], [2, { ENOSPC: 2 }]);
  resolver.repairForwarding(macOf(2));
  settle();
  assert.deepEqual(forwarding(), ['1>192.0.2.1', '2>192.0.2.2'], 'the next frame has it tried again');
  assert.deepEqual(told(), ['L2 1 answered', 'L2 2 refused ENOSPC', 'L2 2 answered']);
});

test('a forwarding entry that only the comparison could ask for, and the kernel refused it, is told with the errno', () => {
  const { resolver, kernel, misses, told, wait, counters } = onDemand();
  misses.failSend('ENOBUFS');
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOSPC);
  resolver.repairForwarding(macOf(2));
  wait(1500);
  assert.deepEqual(told(), ['L2 2 refused ENOSPC']);
  assert.deepEqual(counters.refusals(), { ENOSPC: 1, ENOBUFS: 1 });
});

test('a removal that the kernel refuses changes no record of a frame', () => {
  const { resolver, kernel, settle, outcomes, ifindex } = onDemand();
  resolver.repairForwarding(macOf(2));
  settle();
  kernel.neighbours.forwarding.delete(`${ifindex} ${macOf(2)}`);
  resolver.place([{ mac: macOf(2), endpoint: undefined }]);
  resolver.apply([noLease(2)], false);
  settle();
  assert.deepEqual([outcomes.ofL2('answered'), outcomes.ofL2('refused')], [1, 0]);
});

test('a lease that comes back is not taken for the one that went', () => {
  const { resolver, settle, wait, miss, forwarding, outcomes } = onDemand();
  resolver.repairForwarding(macOf(2));
  settle();
  resolver.place([{ mac: macOf(2), endpoint: undefined }]);
  resolver.apply([noLease(2)], false);
  settle();
  assert.deepEqual(forwarding(), []);
  resolver.place([at(2)]);
  resolver.apply([lease(2)], false);
  miss('10.5.2.1');
  // The time of the one that went is over.
  wait(IDLE + 1000);
  resolver.repairForwarding(macOf(2));
  resolver.compare();
  settle();
  assert.deepEqual([forwarding(), outcomes.ofL2('no-lease')], [['2>192.0.2.2'], 0]);
});
