import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePrefix } from '../../src/net/prefix.ts';
import type { News } from '../../src/status/followers.ts';
import { MissFilter } from '../../src/status/miss-filter.ts';
import { recorded } from './recorded.ts';
import { silentInterval } from './silent-interval.ts';

const ALL = new MissFilter({}, 0);

test('the journal tells each miss with its lease, VTEP and latency, at the time of the wall clock', async () => {
  const { observer, answer } = recorded();
  await answer('10.5.7.2', 0.25);
  assert.deepEqual(observer.misses(ALL, 10), [
    {
      number: 0,
      at: '2026-01-01T00:00:00.000Z',
      kind: 'L3',
      phase: 'first',
      outcome: 'answered',
      destination: '10.5.7.2',
      subnet: '10.5.7.0/24',
      vtep: { address: null, mac: '02:00:00:00:00:07' },
      latencyMicroseconds: 250,
      errno: null,
    },
  ]);
});

test('the latest come last, no more than are kept, and no more than are asked for', async () => {
  const { observer, answer } = recorded(5);
  for (let n = 1; n <= 9; n++) {
    await answer(`10.5.7.${n}`, 1);
  }
  const told = (limit: number) => observer.misses(ALL, limit).map(({ destination }) => destination);
  assert.deepEqual(told(100), ['10.5.7.5', '10.5.7.6', '10.5.7.7', '10.5.7.8', '10.5.7.9']);
  assert.deepEqual(told(2), ['10.5.7.8', '10.5.7.9']);
});

test('misses are chosen by outcome, subnet and age', async () => {
  const { observer, clock, answer, refuse } = recorded();
  await answer('10.5.7.2', 1);
  refuse('10.5.9.9');
  await clock.advance(60_000);
  await answer('10.5.8.1', 1);
  const told = (query: ConstructorParameters<typeof MissFilter>[0]) =>
    observer.misses(new MissFilter(query, clock.wall()), 10).map(({ destination }) => destination);
  assert.deepEqual(told({ outcome: 'no-lease' }), ['10.5.9.9']);
  assert.deepEqual(told({ subnet: parsePrefix('10.5.8.0/23') }), ['10.5.9.9', '10.5.8.1']);
  assert.deepEqual(told({ sinceSeconds: 30 }), ['10.5.8.1']);
  assert.deepEqual(told({ outcome: 'held' }), []);
});

test('top destinations and subnets are those with most misses', async () => {
  const { observer, answer, refuse } = recorded();
  for (const address of ['10.5.7.2', '10.5.8.1', '10.5.7.2', '10.5.7.3']) {
    await answer(address, 1);
  }
  refuse('10.5.9.9');
  assert.deepEqual(observer.top(2), {
    destinations: [
      { destination: '10.5.7.2', misses: 2 },
      { destination: '10.5.7.3', misses: 1 },
    ],
    destinationError: 0,
    subnets: [
      { subnet: '10.5.7.0/24', misses: 3 },
      { subnet: '10.5.8.0/24', misses: 1 },
    ],
    subnetCount: 2,
    otherSubnets: 0,
  });
});

test('latencies and subnets are told since the start, of the last hour, and of the last minute', async () => {
  const { observer, clock, answer } = recorded();
  const told = () =>
    ([undefined, 'hour', 'minute'] as const).map((span) => [
      observer.latencies(span).count,
      observer.top(10, span).subnets.map(({ subnet, misses }) => `${subnet} ${misses}`),
    ]);
  await answer('10.5.7.2', 1);
  await answer('10.5.7.3', 1);
  observer.history();
  await clock.advance(50 * 60_000);
  await answer('10.5.8.1', 1);
  await answer('10.5.7.2', 1);
  const [seven, eight] = ['10.5.7.0/24', '10.5.8.0/24'];
  assert.deepEqual(told(), [
    [4, [`${seven} 3`, `${eight} 1`]],
    [4, [`${seven} 3`, `${eight} 1`]],
    [2, [`${seven} 1`, `${eight} 1`]],
  ]);
  observer.history();
  await clock.advance(20 * 60_000);
  await answer('10.5.8.9', 1);
  assert.deepEqual(told().slice(1), [
    [3, [`${eight} 2`, `${seven} 1`]],
    [1, [`${eight} 1`]],
  ]);
  assert.equal(observer.top(10, 'minute').subnetCount, 1);
  assert.equal(observer.top(10, 'minute').destinations[0]?.destination, '10.5.7.2', 'since the start');
});

test('the past is told by second and by ten seconds, with the latencies of each', async () => {
  const { observer, clock, answer, refuse } = recorded();
  await answer('10.5.7.2', 0.5);
  await clock.advance(1000);
  refuse('10.5.9.9');
  const { seconds, tenSeconds } = observer.history();
  assert.deepEqual([seconds.length, tenSeconds.length], [60, 360]);
  const last = seconds.at(-1);
  assert.deepEqual([last?.at, last?.answered, last?.noLease], ['2026-01-01T00:00:01.000Z', 1, 1]);
  const ten = tenSeconds.at(-1);
  assert.deepEqual([ten?.at, ten?.answered, ten?.noLease], ['2026-01-01T00:00:00.000Z', 1, 1]);
  assert.ok(Math.abs((last?.latencyP99 ?? 0) - 500) <= 5, `${last?.latencyP99}`);
  await clock.advance(1000);
  const later = observer.history().seconds;
  assert.deepEqual([later.at(-2)?.noLease, later.at(-1)?.noLease, later.at(-1)?.latencyP50], [1, 0, null]);
});

test('nothing is told of intervals from before the start, nor of those that nobody looked at', async () => {
  const { observer, clock, counters, answer } = recorded();
  counters.set('neighbours', 2);
  await answer('10.5.7.2', 1);
  observer.history();
  await clock.advance(30_000);
  counters.set('neighbours', 1);
  const { seconds, tenSeconds } = observer.history();
  const silent = [...seconds, ...tenSeconds].filter(({ answered }) => answered === 0);
  assert.equal(silent.length, 60 + 360 - 2);
  assert.deepEqual(
    silent,
    silent.map(({ at }) => silentInterval(Date.parse(at))),
  );
});

test('the first miss after a while without wakes the observer, and only that', async () => {
  const { observer, woken, answer } = recorded();
  await answer('10.5.7.2', 1);
  await answer('10.5.7.3', 1);
  assert.equal(woken.times, 1);
  observer.stop();
});

test('followers are told what is new, and how much was skipped', async (t) => {
  // The test itself says when they are told.
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { observer, answer } = recorded();
  await answer('10.5.7.1', 0);
  const heard: News[] = [];
  const leave = observer.follow((news) => heard.push(news));
  for (let n = 0; n < 1002; n++) {
    await answer(`10.5.7.${n % 250}`, 0);
  }
  observer.tellFollowers();
  assert.equal(heard.length, 0, 'the kernel may still refuse what was just written');
  observer.tellFollowers();
  observer.tellFollowers();
  leave();
  await answer('10.5.7.9', 0);
  observer.tellFollowers();
  observer.tellFollowers();
  assert.deepEqual(
    heard.map(({ records, skipped }) => [records.length, records[0]?.number, skipped]),
    [[1000, 3, 2]],
  );
});

test('a miss that comes while the observer falls asleep keeps it awake', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { observer, clock, memory, counters, answer, refuse } = recorded();
  /** The second ends, and its timer fires. */
  const pass = async (seconds: number) => {
    for (let n = 0; n < seconds; n++) {
      await clock.advance(1000);
      t.mock.timers.tick(1001);
    }
  };
  await answer('10.5.7.2', 1);
  observer.wake();
  await pass(15);
  // Asked for after the records were looked at.
  const { mock } = t.mock.method(counters, 'get', () => {
    refuse('10.5.9.9');
    return 0;
  });
  const isAsleep = () => new Int32Array(memory.asleep)[0] === 1;
  assert.equal(isAsleep(), false);
  await clock.advance(10_000);
  t.mock.timers.tick(1001);
  assert.equal(isAsleep(), false, 'a record was not looked at yet');
  mock.restore();
  await pass(17);
  assert.equal(isAsleep(), true);
});

test('every second has what happened in it, however late its timer is', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { observer, clock, answer } = recorded();
  observer.wake();
  for (const late of [2, 40, 400, 1]) {
    await clock.advance(500 - (clock.monotonic() % 1000));
    await answer('10.5.7.2', 0);
    await clock.advance(500 + late);
    t.mock.timers.tick(1001);
  }
  observer.stop();
  assert.deepEqual(
    observer
      .history()
      .seconds.slice(-5)
      .map(({ answered }) => answered),
    [1, 1, 1, 1, 0],
  );
});

test('who sets the wall clock back or forth loses nothing of the past', async () => {
  const { observer, clock, answer } = recorded();
  await answer('10.5.7.1', 1);
  observer.history();
  await clock.advance(2000);
  await answer('10.5.7.1', 1);
  const answered = () =>
    observer
      .history()
      .seconds.slice(-3)
      .map((one) => [one.at, one.answered]);
  clock.jumpWall(-3_600_000);
  const back = [
    ['2025-12-31T23:00:00.000Z', 1],
    ['2025-12-31T23:00:01.000Z', 0],
    ['2025-12-31T23:00:02.000Z', 1],
  ];
  assert.deepEqual(answered(), back);
  clock.jumpWall(7_200_000);
  assert.deepEqual(
    answered(),
    back.map(([at, count]) => [String(at).replace('2025-12-31T23', '2026-01-01T01'), count]),
  );
});
