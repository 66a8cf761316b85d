import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counters } from '../../src/misses/counters.ts';
import { type Decision, NO_LEASE } from '../../src/misses/decide.ts';
import { InstalledNeighbours } from '../../src/misses/installed.ts';
import { Outbox } from '../../src/misses/outbox.ts';
import { Rewrites } from '../../src/misses/rewrites.ts';
import { formatIpv4 } from '../../src/net/ipv4.ts';
import { macToBytes } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { at, lease, macOf, noLease, resolverOnFake } from './fixture.ts';

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
  const installed = new InstalledNeighbours(1000);
  for (let n = 1; n <= 300; n++) {
    installed.touch(at('10.9.0.0') + n, { mac: macToBytes(macOf(9)) });
  }
  const looks = [0];
  installed.has = () => {
    looks[0] = (looks[0] ?? 0) + 1;
    return false;
  };
  const misses = { send: () => looks.unshift(0), receive: () => 0 };
  const decide = (): Decision => NO_LEASE;
  const outbox = new Outbox({ ifindex: 1, misses, counters: new Counters(), installed, decide });
  let done = false;
  outbox.rewrite([parsePrefix('10.5.9.0/24')], () => {
    done = true;
  });
  while (!done) {
    outbox.nothingCame();
    outbox.goOn();
  }
  assert.equal(
    looks.reduce((sum, one) => sum + one),
    256,
  );
  assert.ok(Math.max(...looks) <= 64, `${looks}`);
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
  installed.touch(at('10.5.1.7'), { mac: macToBytes(macOf(1)) });
  installed.touch(at('10.9.1.7'), { mac: macToBytes(macOf(9)) });
  rewrites.add([parsePrefix('10.5.0.0/16'), parsePrefix('10.9.1.7/32')], () => undefined);
  const given = [rewrites.next(), rewrites.next(), rewrites.next()];
  assert.deepEqual(
    given.map((address) => address && formatIpv4(address)),
    ['10.5.1.7', '10.9.1.7', undefined],
  );
});
