import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeaseChange } from '../../src/leases/lease.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import { ForwardingTable } from '../../src/overlay/forwarding-table.ts';
import { type NeighbourKeeper, Programmer } from '../../src/overlay/programmer.ts';
import { fakeHost, leaseOf, macOf } from './fixture.ts';

/** A keeper of neighbours that does what the test says, when the test says so. */
class HeldKeeper implements NeighbourKeeper {
  readonly calls: string[] = [];
  readonly #settle: { resolve: () => void; reject: (error: unknown) => void }[] = [];

  apply(...[changes, complete]: Parameters<NeighbourKeeper['apply']>): Promise<void> {
    const texts = changes.map(({ subnet, mac }) => `${formatPrefix(subnet)} ${mac?.slice(-2) ?? 'gone'}`);
    this.calls.push(`${texts.join(', ')}${complete ? ' complete' : ''}`);
    return new Promise((resolve, reject) => {
      this.#settle.push({ resolve, reject });
    });
  }

  release(): void {
    this.#settle.shift()?.resolve();
  }

  fail(error: unknown): void {
    this.#settle.shift()?.reject(error);
  }
}

function programmerOnFake() {
  const { kernel, conversation, log } = fakeHost();
  const { ifindex } = kernel.links.add('flannel.1');
  const table = new ForwardingTable(conversation, ifindex, log);
  const keeper = new HeldKeeper();
  const programmer = new Programmer(table, keeper);
  const held = () => [...kernel.neighbours.forwarding.values()].map(({ mac }) => mac.slice(-2)).sort();
  return { keeper, programmer, held };
}

/** Gives promises that are settled already the chance to run what hangs on them. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const toNewMac: LeaseChange = { before: leaseOf(7), after: leaseOf(7, { mac: macOf(70) }) };

test('new forwarding entries come before the neighbours, old ones go after them', async () => {
  const { keeper, programmer, held } = programmerOnFake();
  const first = programmer.program([{ after: leaseOf(7) }], false);
  keeper.release();
  await first;
  let done = false;
  const second = programmer.program([toNewMac], false).then(() => {
    done = true;
  });
  await turn();
  assert.deepEqual(held(), ['07', '46']);
  assert.deepEqual(keeper.calls, ['10.5.7.0/24 07', '10.5.7.0/24 46']);
  assert.equal(done, false);
  keeper.release();
  await second;
  assert.deepEqual(held(), ['46']);
});

test('what arrives meanwhile goes together, and is complete when any of it is', async () => {
  const { keeper, programmer, held } = programmerOnFake();
  const all = [programmer.program([{ after: leaseOf(7) }], false)];
  await turn();
  all.push(
    programmer.program([{ after: leaseOf(8) }], false),
    programmer.program([{ after: leaseOf(9) }], true),
    programmer.program([{ before: leaseOf(7) }], false),
  );
  keeper.release();
  await turn();
  assert.deepEqual(keeper.calls, [
    '10.5.7.0/24 07',
    '10.5.8.0/24 08, 10.5.9.0/24 09, 10.5.7.0/24 gone complete',
  ]);
  keeper.release();
  await Promise.all(all);
  assert.deepEqual(held(), ['08', '09']);
});

test('a complete list without changes reaches the neighbours too', async () => {
  const { keeper, programmer } = programmerOnFake();
  const work = programmer.program([], true);
  keeper.release();
  await work;
  assert.deepEqual(keeper.calls, [' complete']);
});

test('a lease that moves to another subnet leaves the old one to nobody', async () => {
  const { keeper, programmer } = programmerOnFake();
  const work = programmer.program([{ before: leaseOf(7), after: leaseOf(8) }], false);
  keeper.release();
  await work;
  assert.deepEqual(keeper.calls, ['10.5.7.0/24 gone, 10.5.8.0/24 08']);
});

test('a failure rejects, removes nothing, and what comes later is written', async () => {
  const { keeper, programmer, held } = programmerOnFake();
  const first = programmer.program([{ after: leaseOf(7) }], false);
  keeper.release();
  await first;
  const failing = programmer.program([toNewMac], false);
  const failure = new TypeError('out of reach');
  keeper.fail(failure);
  await assert.rejects(failing, failure);
  assert.deepEqual(held(), ['07', '46']);
  const later = programmer.program([{ after: leaseOf(8) }], false);
  keeper.release();
  await later;
  assert.deepEqual(held(), ['08', '46']);
});

test('work that arrives in the moment when a batch ends is not lost', async () => {
  for (let ticks = 0; ticks < 12; ticks++) {
    const { keeper, programmer, held } = programmerOnFake();
    const first = programmer.program([{ after: leaseOf(7) }], false);
    keeper.release();
    for (let tick = 0; tick < ticks; tick++) {
      await undefined;
    }
    const second = programmer.program([{ after: leaseOf(8) }], false);
    await turn();
    keeper.release();
    await Promise.all([first, second]);
    assert.deepEqual(held(), ['07', '08'], `after ${ticks} ticks`);
    assert.equal(keeper.calls.length, 2, `after ${ticks} ticks`);
  }
});
