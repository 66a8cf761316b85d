import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.ts';
import type { Lease, LeaseChange } from '../../src/leases/lease.ts';
import { Mirror, type StoreSigns } from '../../src/leases/mirror.ts';
import { RemovalHold } from '../../src/leases/removal-hold.ts';
import { formatPrefix, parsePrefix } from '../../src/net/prefix.ts';
import { hostIdentity, keyOf, recordingLog, self, valueOfHost } from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore } from '../support/memory-store.ts';

const SOUND: StoreSigns = { wentBack: false, ownMissing: false };
const HOLD_MS = 60_000;

/** The lease of 10.5.n.0/24, held by host n unless another is named. */
function lease(n: number, host = n, name = `10.5.${n}.0-24`): Lease {
  const { publicIp, mac } = hostIdentity(host);
  return { key: keyOf(name), subnet: parsePrefix(`10.5.${n}.0/24`), publicIp, mac, modRevision: 1n };
}

const come = (...numbers: number[]): LeaseChange[] => numbers.map((n) => ({ after: lease(n) }));
const go = (...numbers: number[]): LeaseChange[] => numbers.map((n) => ({ before: lease(n) }));

/** `+2`, `-2` or `2@2>3`: subnet, and who held and holds it. */
function describeChange({ before, after }: LeaseChange): string {
  const third = ({ subnet }: Lease) => formatPrefix(subnet).split('.')[2];
  if (before !== undefined && after !== undefined) {
    return `${third(after)}@${before.publicIp & 0xff}>${after.publicIp & 0xff}`;
  }
  return after === undefined ? `-${before && third(before)}` : `+${third(after)}`;
}

/** A hold that knows the leases given, and what it told since. */
async function holdOf(t: TestContext, known: number[], holdMs = HOLD_MS) {
  const clock = new ManualClock();
  const log = recordingLog();
  const told: string[] = [];
  const hold = new RemovalHold({
    holdMs,
    clock,
    log,
    onChanges: (changes, origin) => told.push([origin, ...changes.map(describeChange)].join(' ')),
  });
  const running = hold.run();
  t.after(async () => {
    hold.stop();
    await running;
  });
  hold.take(come(...known), 'list', SOUND);
  assert.deepEqual(told.splice(0), [['list', ...known.map((n) => `+${n}`)].join(' ')]);
  await turn();
  return { clock, log, told, hold };
}

test('what is not doubtful is told at once: additions, changes, and few removals', async (t) => {
  const { hold, told, log } = await holdOf(t, [2, 3, 4, 5, 6]);
  hold.take(come(7), 'watch', SOUND);
  hold.take([{ before: lease(2), after: lease(2, 9) }], 'watch', SOUND);
  hold.take(go(3, 4), 'list', SOUND);
  assert.deepEqual(told, ['watch +7', 'watch 2@2>9', 'list -3 -4']);
  assert.deepEqual(hold.status(), { waiting: 0, begun: 0 });
  assert.deepEqual(log.lines, []);
});

test('an empty first list is told', async (t) => {
  await holdOf(t, []);
});

test('half of the leases at once wait and go together at the end, which the log says', async (t) => {
  const { hold, told, log, clock } = await holdOf(t, [2, 3, 4, 5]);
  hold.take(go(2, 3), 'watch', SOUND);
  await clock.advance(HOLD_MS - 1);
  assert.deepEqual(told, []);
  await clock.advance(1);
  assert.deepEqual(told, ['watch -2 -3']);
  assert.deepEqual(log.lines, [
    'warn leases vanished all at once: their removal waits for hosts to claim again {"leases":2,' +
      '"reason":"2 of 4 leases vanished within a second","until":"2026-01-01T00:01:00.000Z"}',
    'info the wait for vanished leases is over {"cameBack":0,"removed":2}',
  ]);
  await clock.advance(HOLD_MS);
  assert.equal(told.length, 1);
});

test('the only lease, or less than half of them, may go', async (t) => {
  const one = await holdOf(t, [2]);
  one.hold.take(go(2), 'watch', SOUND);
  assert.deepEqual(one.told, ['watch -2']);
  const five = await holdOf(t, [2, 3, 4, 5, 6]);
  five.hold.take(go(2, 3), 'watch', SOUND);
  assert.deepEqual(five.told, ['watch -2 -3']);
});

test('a store that went back, or without our own lease, makes one removal of many doubtful', async (t) => {
  for (const signs of [
    { wentBack: true, ownMissing: false },
    { wentBack: false, ownMissing: true },
  ]) {
    const { hold, told, log, clock } = await holdOf(t, [2, 3, 4, 5]);
    hold.take(go(2), 'list', signs);
    assert.deepEqual(told, ['list'], 'the list is told, with what waits as part of it');
    assert.match(log.lines[0] ?? '', signs.wentBack ? /older state/ : /our own lease/);
    await clock.advance(HOLD_MS);
    assert.deepEqual(told, ['list', 'watch -2']);
  }
});

test('removals that come one by one within a second count together', async (t) => {
  const { hold, told, clock } = await holdOf(t, [2, 3, 4, 5]);
  hold.take(go(2), 'watch', SOUND);
  await clock.advance(999);
  hold.take(go(3), 'watch', SOUND);
  assert.deepEqual(told, ['watch -2'], 'what was told is not taken back');
  assert.equal(hold.status().waiting, 1);
});

test('removals a second apart do not count together, nor one that came back', async (t) => {
  const { hold, told, clock } = await holdOf(t, [2, 3, 4, 5]);
  hold.take(go(2), 'watch', SOUND);
  await clock.advance(1000);
  hold.take(go(3), 'watch', SOUND);
  hold.take(come(3), 'watch', SOUND);
  hold.take(go(4), 'watch', SOUND);
  assert.deepEqual(told, ['watch -2', 'watch -3', 'watch +3', 'watch -4']);
});

test('leases that appear with the list that lacks the others do not hide them', async (t) => {
  const { hold, told } = await holdOf(t, [2, 3]);
  hold.take([...go(2, 3), ...come(4, 5, 6, 7, 8)], 'list', SOUND);
  assert.deepEqual(told, ['list +4 +5 +6 +7 +8']);
});

test('a lease that comes back was never gone, or has changed', async (t) => {
  const { hold, told, log, clock } = await holdOf(t, [2, 3, 4, 5]);
  hold.take(go(2, 3, 4, 5), 'watch', SOUND);
  await clock.advance(HOLD_MS / 2);
  hold.take([{ after: { ...lease(2), modRevision: 9n } }], 'watch', SOUND);
  assert.deepEqual(told, []);
  hold.take([{ after: lease(3, 9) }], 'watch', SOUND);
  hold.take([{ after: lease(4, 4, '10.5.4.0-24&fd00::-64') }], 'watch', SOUND);
  assert.deepEqual(told, ['watch 3@3>9', 'watch 4@4>4']);
  assert.equal(hold.status().waiting, 1);
  await clock.advance(HOLD_MS / 2);
  assert.deepEqual(told.slice(2), ['watch -5']);
  assert.match(log.lines.at(-1) ?? '', /"cameBack":3,"removed":1/);
});

test('a MAC or a PublicIP that differs is told', async (t) => {
  const { hold, told } = await holdOf(t, [2, 3]);
  hold.take(go(2, 3), 'watch', SOUND);
  hold.take([{ after: { ...lease(2), mac: hostIdentity(9).mac } }], 'watch', SOUND);
  hold.take([{ after: { ...lease(3), publicIp: hostIdentity(9).publicIp } }], 'watch', SOUND);
  assert.deepEqual(told, ['watch 2@2>2', 'watch 3@3>9']);
});

test('when all came back, nothing is told at the end but to the log', async (t) => {
  const { hold, told, log, clock } = await holdOf(t, [2, 3]);
  hold.take(go(2, 3), 'watch', SOUND);
  hold.take(come(2, 3), 'watch', SOUND);
  await clock.advance(HOLD_MS);
  assert.deepEqual(told, []);
  assert.match(log.lines.at(-1) ?? '', /"cameBack":2,"removed":0/);
});

test('during a hold the rest goes on, and further removals join', async (t) => {
  const { hold, told, clock } = await holdOf(t, [2, 3, 4, 5, 6, 7]);
  hold.take(go(2, 3, 4), 'watch', SOUND);
  await clock.advance(HOLD_MS - 1);
  hold.take(come(8), 'watch', SOUND);
  hold.take([{ before: lease(5), after: lease(5, 9) }], 'watch', SOUND);
  hold.take(go(6), 'watch', SOUND);
  assert.deepEqual(told.splice(0), ['watch +8', 'watch 5@5>9']);
  await clock.advance(1);
  assert.deepEqual(told.splice(0), ['watch -2 -3 -4 -6']);
  await clock.advance(1000);
  hold.take(go(7), 'watch', SOUND);
  assert.deepEqual(told, ['watch -7'], 'the hold is over');
});

test('doubt that arises anew begins another hold and does not prolong the first', async (t) => {
  const { hold, told, log, clock } = await holdOf(t, [2, 3, 4, 5, 6]);
  hold.take(go(2, 3, 4), 'watch', SOUND);
  await clock.advance(HOLD_MS - 10);
  hold.take(go(5, 6), 'watch', SOUND);
  assert.deepEqual(hold.status(), { waiting: 5, until: clock.wall() + HOLD_MS, begun: 2 });
  await clock.advance(10);
  assert.deepEqual(told.splice(0), ['watch -2 -3 -4']);
  hold.take(come(6), 'watch', SOUND);
  await clock.advance(HOLD_MS - 11);
  assert.deepEqual(told, []);
  await clock.advance(1);
  assert.deepEqual(told, ['watch -5']);
  assert.equal(log.lines.length, 4);
});

test('doubt within the same second belongs to the hold that it began', async (t) => {
  const { hold, told, clock } = await holdOf(t, [2, 3, 4, 5]);
  hold.take(go(2, 3), 'watch', SOUND);
  await clock.advance(999);
  hold.take(go(4), 'watch', SOUND);
  await clock.advance(1);
  hold.take(go(5), 'watch', { wentBack: false, ownMissing: true });
  assert.equal(hold.status().begun, 2);
  await clock.advance(HOLD_MS - 1000);
  assert.deepEqual(told, ['watch -2 -3 -4']);
});

test('a hold shorter than a second is followed by another when the doubt goes on', async (t) => {
  const { hold, told, clock } = await holdOf(t, [2, 3, 4, 5], 100);
  hold.take(go(2, 3), 'watch', SOUND);
  await clock.advance(100);
  hold.take(go(4), 'watch', SOUND);
  await clock.advance(99);
  assert.deepEqual(told, ['watch -2 -3']);
  await clock.advance(1);
  assert.deepEqual(told, ['watch -2 -3', 'watch -4']);
});

test('the status says what waits and until when by the wall clock, even after it jumped', async (t) => {
  const { hold, clock } = await holdOf(t, [2, 3, 4, 5]);
  hold.take(go(2, 3), 'watch', SOUND);
  const until = clock.wall() + HOLD_MS;
  await clock.advance(1000);
  assert.deepEqual(hold.status(), { waiting: 2, until, begun: 1 });
  clock.jumpWall(5000);
  assert.deepEqual(hold.status(), { waiting: 2, until: until + 5000, begun: 1 });
  await clock.advance(HOLD_MS);
  assert.deepEqual(hold.status(), { waiting: 0, begun: 1 });
});

test('with a hold of 0 nothing waits', async (t) => {
  const { hold, told, log } = await holdOf(t, [2, 3], 0);
  hold.take(go(2, 3), 'list', { wentBack: true, ownMissing: true });
  assert.deepEqual(told, ['list -2 -3']);
  assert.deepEqual(log.lines, []);
});

test('once stopped it tells nothing and leaves no timer', async (t) => {
  const { hold, told, log, clock } = await holdOf(t, [2, 3]);
  hold.take(go(2, 3), 'watch', SOUND);
  await turn();
  hold.stop();
  hold.take(come(4), 'list', SOUND);
  await clock.advance(2 * HOLD_MS);
  assert.deepEqual(told, []);
  assert.equal(log.lines.length, 1);
  assert.equal(clock.sleeping, 0);
});

test('a listener that throws at the end of a hold ends it with its error', async () => {
  const clock = new ManualClock();
  const hold = new RemovalHold({
    holdMs: HOLD_MS,
    clock,
    log: silentLog,
    onChanges: (changes) => assert.ok(changes[0]?.after, 'on purpose'),
  });
  const running = assert.rejects(hold.run(), /on purpose/);
  hold.take(come(2, 3), 'list', SOUND);
  hold.take(go(2, 3), 'watch', SOUND);
  await clock.advance(HOLD_MS);
  await running;
});

test('behind the mirror, a wiped store costs no lease of a host that claims again', async (t) => {
  const { hold, told, log, clock } = await holdOf(t, []);
  const cluster = new MemoryCluster(clock);
  const store = new MemoryStore(cluster);
  for (const n of [1, 2, 3, 4]) {
    cluster.put(keyOf(`10.5.${n}.0-24`), valueOfHost(n));
  }
  const mirror = new Mirror({
    store,
    self,
    clock,
    log: silentLog,
    random: () => 0,
    onChanges: (changes, origin, signs) => hold.take(changes, origin, signs),
    onOwnKey: () => undefined,
  });
  const running = mirror.run();
  t.after(async () => {
    mirror.stop();
    await running;
  });
  await turn();
  assert.deepEqual(told.splice(0), ['list +2 +3 +4']);
  cluster.restore(new Map(), 1n);
  store.breakWatches();
  await clock.advance(50);
  assert.equal(hold.status().waiting, 3);
  assert.match(log.lines[0] ?? '', /older state/);
  cluster.put(keyOf('10.5.2.0-24'), valueOfHost(2));
  cluster.put(keyOf('10.5.3.0-24'), valueOfHost(9));
  await clock.advance(HOLD_MS);
  assert.deepEqual(told, ['list', 'watch 3@3>9', 'watch -4']);
});
