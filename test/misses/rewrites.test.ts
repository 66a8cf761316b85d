import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counters } from '../../src/misses/counters.ts';
import { type Decision, NO_LEASE } from '../../src/misses/decide.ts';
import { InstalledNeighbours } from '../../src/misses/installed.ts';
import { Lifetime, NEVER } from '../../src/misses/lifetime.ts';
import { Outbox } from '../../src/misses/outbox.ts';
import { Recording } from '../../src/misses/recording/recording.ts';
import { recordingMemory } from '../../src/misses/recording/recording-memory.ts';
import { RemoteSubnets } from '../../src/misses/remote-subnets.ts';
import { Rewrites } from '../../src/misses/rewrites.ts';
import { formatIpv4 } from '../../src/net/ipv4.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { PrefixTable } from '../../src/net/prefix-table.ts';
import { NUD_INCOMPLETE, NUD_PERMANENT, RTM_NEWNEIGH } from '../../src/netlink/constants.ts';
import { ERRNO } from '../support/fake-link-table.ts';
import { at, hostOf, lease, macOf, noLease, resolverOnFake } from './fixture.ts';

/** A resolver that installed entries 1 to 250 of host 1 and of host 2, so that a subnet is smaller than the table. */
function crowded() {
  const fake = resolverOnFake();
  const { resolver, miss, misses } = fake;
  resolver.apply([lease(1), lease(2), lease(3)], true);
  for (let n = 1; n <= 250; n++) {
    miss(`10.5.1.${n}`);
    miss(`10.5.2.${n}`);
  }
  const writes: number[] = [];
  const send = misses.send.bind(misses);
  misses.send = (bytes) => {
    writes.push(bytes.length);
    send(bytes);
  };
  return { ...fake, writes };
}

/** A resolver that installed five entries of host 1, which follow a lease in one write. */
function few() {
  const fake = resolverOnFake();
  fake.resolver.apply([lease(1), lease(2), lease(3)], true);
  for (let n = 1; n <= 5; n++) {
    fake.miss(`10.5.1.${n}`);
  }
  return fake;
}

test('entries follow a lease a few at a time, to the last, while no miss comes', () => {
  const { resolver, settle, held, counters, writes } = crowded();
  const before = counters.get('rewritten');
  let done = 0;
  resolver.apply([lease(1, macOf(70))], false, () => {
    done += 1;
  });
  assert.equal(done, 0);
  settle();
  assert.equal(done, 1);
  assert.equal(counters.get('rewritten') - before, 250);
  assert.ok(Math.max(...writes) < 10 * 64, `${Math.max(...writes)} bytes in one write`);
  for (let n = 1; n <= 250; n++) {
    assert.equal(held(`10.5.1.${n}`)?.mac, macOf(70));
    assert.equal(held(`10.5.2.${n}`)?.mac, macOf(2));
  }
});

test('entries of a wide lease follow in fewer steps', () => {
  const { resolver, miss, settle, held, misses } = resolverOnFake();
  const subnet = parsePrefix('10.5.8.0/21');
  resolver.apply([{ subnet, mac: macOf(8) }], true);
  for (let n = 0; n < 320; n++) {
    miss(formatIpv4(subnet.address + n));
  }
  let writes = 0;
  const send = misses.send.bind(misses);
  misses.send = (bytes) => {
    writes += 1;
    send(bytes);
  };
  resolver.apply([{ subnet, mac: macOf(70) }], false);
  settle();
  assert.ok(writes >= 6 && writes <= 8, `${writes} writes`);
  assert.equal(held('10.5.9.63')?.mac, macOf(70));
});

test('a miss is answered while entries still follow', () => {
  const { kernel, ifindex, resolver, misses, settle, held, counters } = crowded();
  const before = counters.get('rewritten');
  kernel.miss(misses, ifindex, at('10.5.3.1'));
  resolver.apply([lease(1, macOf(70))], false);
  for (let steps = 0; steps < 3; steps++) {
    resolver.step();
  }
  assert.equal(held('10.5.3.1')?.mac, macOf(3));
  assert.ok(counters.get('rewritten') - before < 50);
  settle();
  assert.equal(counters.get('rewritten') - before, 250);
});

test('of a subnet without entries few addresses are looked at between two writes', () => {
  const installed = new InstalledNeighbours(2000);
  for (let n = 1; n <= 1100; n++) {
    installed.touch(at('10.9.0.0') + n, hostOf(9));
  }
  const looks = [0];
  installed.has = () => {
    looks[0] = (looks[0] ?? 0) + 1;
    return false;
  };
  const misses = { send: () => looks.unshift(0), receive: () => 0 };
  const decide = (): Decision => NO_LEASE;
  const subnets = new RemoteSubnets('never', new PrefixTable(), 1);
  const outbox = new Outbox({
    ifindex: 1,
    misses,
    counters: new Counters(),
    recording: new Recording(recordingMemory(0), () => 0),
    installed,
    lifetime: new Lifetime(installed, NEVER, () => 0),
    subnets,
    subnetLifetime: new Lifetime(subnets, NEVER, () => 0),
    decide,
  });
  let done = false;
  outbox.rewrite([parsePrefix('10.5.8.0/22')], () => {
    done = true;
  });
  while (!done) {
    outbox.nothingCame();
    outbox.goOn();
  }
  assert.equal(
    looks.reduce((sum, one) => sum + one),
    1024,
  );
  assert.ok(Math.max(...looks) <= 256, `${looks}`);
});

test('a change that concerns no entry is done too, and so is the one behind it', () => {
  const { resolver, settle, held } = crowded();
  const done: string[] = [];
  resolver.apply([lease(9)], false, () => done.push('appeared'));
  resolver.apply([noLease(2)], false, () => done.push('went'));
  settle();
  assert.deepEqual(done, ['appeared', 'went']);
  assert.equal(held('10.5.2.250'), undefined);
});

test('of a subnet larger than the table only the entries are looked at', () => {
  const installed = new InstalledNeighbours(10);
  const rewrites = new Rewrites(installed);
  installed.touch(at('10.5.1.7'), hostOf(1));
  installed.touch(at('10.9.1.7'), hostOf(9));
  rewrites.add([parsePrefix('10.5.0.0/16'), parsePrefix('10.9.1.7/32')], () => undefined);
  const given: string[] = [];
  let looks = 0;
  while (!rewrites.isEmpty) {
    looks += 1;
    given.push(...[rewrites.next() ?? []].flat().map(formatIpv4));
  }
  assert.deepEqual(given, ['10.5.1.7', '10.9.1.7']);
  assert.equal(looks, 3);
});

test('entries follow while misses come faster than they are answered', () => {
  const { kernel, ifindex, resolver, misses, counters } = crowded();
  resolver.apply([lease(1, macOf(70)), lease(3)], false);
  const before = counters.get('rewritten');
  for (let n = 0; n < 2000; n++) {
    kernel.miss(misses, ifindex, at('10.5.3.0') + (n % 256));
  }
  for (let n = 0; n < 1000; n++) {
    resolver.step();
  }
  assert.ok(misses.waiting > 900, `${misses.waiting} wait`);
  assert.ok(counters.get('rewritten') - before > 90, `${counters.get('rewritten') - before} followed`);
});

test('a change that could not be written, or was refused, is made good before it is called done', () => {
  for (const spoil of ['send', 'refuse'] as const) {
    const { kernel, misses, resolver, settle, held } = few();
    let done = false;
    if (spoil === 'send') {
      misses.failSend('ENOBUFS');
    } else {
      kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOBUFS);
    }
    const stale = () =>
      Array.from({ length: 5 }, (_, n) => held(`10.5.1.${n + 1}`)?.mac).filter((mac) => mac !== macOf(70));
    resolver.apply([lease(1, macOf(70))], false, () => {
      done = true;
      assert.deepEqual(stale(), [], spoil);
    });
    assert.equal(done, false);
    settle();
    assert.equal(done, true);
  }
});

test('a change that was refused without a word during an overrun is made good', () => {
  const { kernel, ifindex, misses, resolver, settle, held, counters } = few();
  misses.capacity = 1;
  kernel.miss(misses, ifindex, at('10.5.3.1'));
  kernel.miss(misses, ifindex, at('10.5.3.2'));
  resolver.step();
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOMEM);
  let mac: unknown;
  resolver.apply([lease(1, macOf(70))], false, () => {
    mac = held('10.5.1.1')?.mac;
  });
  assert.equal(held('10.5.1.1')?.mac, macOf(1), 'refused');
  settle();
  assert.equal(mac, macOf(70));
  assert.deepEqual(counters.refusals(), {}, 'nobody heard of it');
});

test('a comparison that the kernel had no memory for is made again a second later', () => {
  const { kernel, resolver, miss, settle, pass, held, counters } = crowded();
  // The first refusal makes it compare everything; the comparison meets the other.
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOMEM);
  kernel.refuse(RTM_NEWNEIGH, ERRNO.ENOMEM);
  miss('10.5.3.1');
  assert.deepEqual(counters.refusals(), { ENOMEM: 2 });
  let done = false;
  resolver.apply([], false, () => {
    done = true;
  });
  pass(999);
  settle();
  assert.deepEqual([held('10.5.3.1')?.state, done], [NUD_INCOMPLETE, false]);
  pass(1);
  settle();
  settle();
  assert.deepEqual([held('10.5.3.1')?.state, done], [NUD_PERMANENT, true]);
});
