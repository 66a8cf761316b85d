import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEVER } from '../../src/misses/lifetime.ts';
import { NUD_FAILED, NUD_INCOMPLETE } from '../../src/netlink/constants.ts';
import { at, lease, macOf, resolverOnFake } from './fixture.ts';

/** A resolver that has resolved 10.5.7.1 and 10.5.7.2, and notes what it tells of. */
function resolved() {
  const told: number[] = [];
  const rests: number[] = [];
  const fixture = resolverOnFake(1000, NEVER, {
    onMended: (entries) => told.push(entries),
    setAlarm: (milliseconds) => rests.push(milliseconds),
  });
  fixture.resolver.apply([lease(7)], true);
  fixture.miss('10.5.7.1');
  fixture.miss('10.5.7.2');
  return { ...fixture, told, rests };
}

/** Somebody removes an entry, of which the kernel says first that it failed. */
function remove({ kernel, misses, ifindex, held }: ReturnType<typeof resolved>, address: string): void {
  const entry = held(address);
  assert.ok(entry !== undefined);
  entry.state = NUD_FAILED;
  kernel.tellOfNeighbour(misses, entry);
  kernel.neighbours.remove(ifindex, at(address));
}

test('an entry that somebody removed is told of although its next packet brings it back', () => {
  const fixture = resolved();
  const { kernel, misses, ifindex, counters, settle, held, told } = fixture;
  remove(fixture, '10.5.7.1');
  kernel.miss(misses, ifindex, at('10.5.7.1'));
  settle();
  settle();
  assert.equal(held('10.5.7.1')?.mac, macOf(7));
  assert.deepEqual(told, [1]);
  assert.deepEqual([counters.get('mended'), counters.get('neighbours')], [1, 2]);
});

test('what a comparison finds waiting is no recovery from an overrun', () => {
  const { resolver, put, settle, held, totals, counters } = resolved();
  put('10.5.7.9', NUD_INCOMPLETE, undefined, 0);
  resolver.compare();
  settle();
  assert.equal(held('10.5.7.9')?.mac, macOf(7));
  assert.deepEqual([totals().recovered, counters.get('overrunsRecovered')], [1, 0]);
});

test('one that nobody asks for again is told of once, and known to be gone', () => {
  const fixture = resolved();
  const { counters, settle, told } = fixture;
  remove(fixture, '10.5.7.1');
  settle();
  settle();
  assert.deepEqual(told, [1]);
  assert.equal(counters.get('neighbours'), 1);
});

test('what the kernel dropped without a word is found by a comparison, and is no interference', () => {
  const { kernel, ifindex, resolver, counters, settle, told } = resolved();
  kernel.neighbours.remove(ifindex, at('10.5.7.1'));
  resolver.compare();
  settle();
  assert.equal(counters.get('neighbours'), 1);
  assert.deepEqual(told, []);
});

/** Neighbours and routes. */
const DUMPS = 2;

test('somebody who interferes without end brings comparisons a tenth of the time at most', () => {
  const fixture = resolved();
  const { kernel, misses, pass, settle, held, rests } = fixture;
  let comparisons = 0;
  kernel.onDump = () => {
    comparisons += 1 / DUMPS;
    pass(10 / DUMPS);
  };
  const interfere = () => {
    const entry = held('10.5.7.2');
    assert.ok(entry !== undefined);
    entry.mac = macOf(99);
    kernel.tellOfNeighbour(misses, entry);
    settle();
    settle();
  };
  for (let times = 0; times < 100; times++) {
    interfere();
    pass(10);
  }
  assert.ok(comparisons >= 9 && comparisons <= 12, `${comparisons} in a second`);
  assert.ok(rests.length >= 9 && rests.every((rest) => rest > 0 && rest <= 90), `${rests}`);
  pass(90);
  settle();
  settle();
  assert.equal(held('10.5.7.2')?.mac, macOf(7), 'and a last one puts it right');
});

test('while misses wait a comparison does, but not for ever', () => {
  const { kernel, misses, ifindex, held, settle, pass, resolver } = resolved();
  const entry = held('10.5.7.2');
  assert.ok(entry !== undefined);
  let dumps = 0;
  kernel.onDump = () => {
    dumps += 1;
  };
  /** Interference among misses of which always another one waits; each read takes so long. */
  const crowd = (first: number, read: number) => {
    dumps = 0;
    for (let number = 0; number < 60; number++) {
      kernel.miss(misses, ifindex, at('10.5.7.0') + first + number);
      if (number === 20) {
        entry.mac = macOf(99);
        kernel.tellOfNeighbour(misses, entry);
      }
      pass(read);
      resolver.step();
    }
    return dumps;
  };
  assert.equal(crowd(20, 0), 0);
  settle();
  assert.equal(dumps, 0, 'none waits just then, and more are to be expected');
  pass(1000);
  settle();
  assert.equal(dumps, DUMPS);
  assert.equal(held('10.5.7.2')?.mac, macOf(7));
  pass(100_000);
  assert.equal(crowd(100, 3000), DUMPS);
});

test('a comparison that the first misses of a flood overtook waits for its end', () => {
  const { kernel, misses, ifindex, held, settle, pass, resolver } = resolved();
  const entry = held('10.5.7.2');
  assert.ok(entry !== undefined);
  let dumps = 0;
  kernel.onDump = () => {
    dumps += 1;
  };
  entry.mac = macOf(99);
  kernel.tellOfNeighbour(misses, entry);
  for (let number = 20; number < 30; number++) {
    kernel.miss(misses, ifindex, at('10.5.7.0') + number);
  }
  // The interference is read, and what asks whether it is the last in the queue is written behind the misses.
  resolver.step();
  for (let number = 30; number < 120; number++) {
    kernel.miss(misses, ifindex, at('10.5.7.0') + number);
    resolver.step();
  }
  settle();
  assert.equal(dumps, 0);
  assert.equal(held('10.5.7.119')?.mac, macOf(7));
  pass(1000);
  settle();
  settle();
  assert.equal(dumps, DUMPS);
  assert.equal(held('10.5.7.2')?.mac, macOf(7));
});

test('a few misses put it off too, whatever was read behind them', () => {
  const { kernel, misses, ifindex, held, settle, resolver } = resolved();
  const entry = held('10.5.7.2');
  assert.ok(entry !== undefined);
  let dumps = 0;
  kernel.onDump = () => {
    dumps += 1;
  };
  kernel.tellOfNeighbour(misses, entry);
  kernel.miss(misses, ifindex, at('10.5.7.20'));
  kernel.tellOfNeighbour(misses, entry);
  for (let read = 0; read < 4; read++) {
    resolver.step();
  }
  assert.equal(dumps, 0, 'its answer came back behind a miss');
  settle();
  settle();
  assert.equal(dumps, DUMPS);
});

test('overruns without end do not put a comparison off without end', () => {
  const { kernel, misses, ifindex, held, pass, resolver } = resolved();
  const entry = held('10.5.7.2');
  assert.ok(entry !== undefined);
  misses.capacity = 40;
  const overrun = () => {
    for (let number = 20; number < 80; number++) {
      kernel.miss(misses, ifindex, at('10.5.7.0') + number);
    }
  };
  // While one overrun is made good the next one comes.
  kernel.onDump = overrun;
  entry.mac = macOf(99);
  kernel.tellOfNeighbour(misses, entry);
  overrun();
  const read = (reads: number) => {
    for (let number = 0; number < reads; number++) {
      resolver.step();
      pass(20);
    }
    return held('10.5.7.2')?.mac;
  };
  assert.equal(read(1000), macOf(99), 'for a while it may wait');
  assert.equal(read(3000), macOf(7));
});

test('what was dropped behind a comparison that waits is made good at once', () => {
  const { kernel, misses, ifindex, held, settle, resolver } = resolved();
  const entry = held('10.5.7.2');
  assert.ok(entry !== undefined);
  kernel.tellOfNeighbour(misses, entry);
  misses.capacity = 60;
  for (let number = 20; number < 120; number++) {
    kernel.miss(misses, ifindex, at('10.5.7.0') + number);
  }
  resolver.step();
  settle();
  assert.equal(held('10.5.7.119')?.mac, macOf(7));
});
