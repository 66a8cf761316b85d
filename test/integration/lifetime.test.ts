import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { assertWhole, figures, LifetimeScene, sceneSkipReason } from '../support/lifetime-scene.ts';
import { statsOf } from '../support/static-peer.ts';

const skip = sceneSkipReason();

/** Half a second, between two packets of the slow flow, is 0.3 of it. */
const TIMEOUT_MS = 1700;
const WHILE = { timeOuts: 6, seconds: (6 * TIMEOUT_MS) / 1000 };

/** The last packets to these many entries are spread over more than a time-out: to PERMANENT ones and to STALE ones. */
const ENDING = { first: 20, count: 12, everyMs: (1.5 * TIMEOUT_MS) / 12 };

/** The daemon looks twice a second when nothing happens; the rest is what a busy machine may add. */
const LATE_MS = 1400;

const IN_USE = {
  'from the host': { from: 'host', last: 1, rate: 2000 },
  'from a container': { from: 'container', last: 2, rate: 2000 },
  'slow, from the host': { from: 'host', last: 3, rate: 2 },
  'slow, from a container': { from: 'container', last: 4, rate: 2 },
} as const;

describe('the idle time-out', { skip }, () => {
  it('ends entries without traffic after one to two of it, and none with traffic', async (test) => {
    const scene = await LifetimeScene.set(test, '--idle-timeout', `${TIMEOUT_MS}ms`);
    const flows = await Promise.all(
      Object.entries(IN_USE).map(async ([what, plan]) => ({ what, plan, flow: await scene.flow(plan) })),
    );
    const [lastPackets, gone] = await Promise.all([
      spreadLastPackets(scene),
      departures(scene, WHILE.seconds * 1000),
    ]);

    const ages = lastPackets.map(({ last, at }) => (gone.get(last) ?? Number.POSITIVE_INFINITY) - at);
    test.diagnostic(
      `gone after their last packet, in time-outs: ${ages.map((ms) => (ms / TIMEOUT_MS).toFixed(2))}`,
    );
    assert.ok(Math.min(...ages) >= TIMEOUT_MS, 'none goes earlier');
    assert.ok(Math.max(...ages) <= 2 * TIMEOUT_MS + LATE_MS, 'none stays longer');
    for (const { what, plan, flow } of flows) {
      const result = await flow.stop();
      test.diagnostic(figures(what, result));
      assertWhole(what, result, (WHILE.seconds - 1) * plan.rate);
      assert.equal(gone.has(plan.last), false, `${what}: the entry was gone`);
    }
    const { misses, neighbours } = await statsOf(scene.host);
    assert.equal(misses.answered, flows.length + ENDING.count, 'each was missed once');
    assert.equal(neighbours.expired, ENDING.count);
    test.diagnostic(`entries in use were asked about ${misses.refreshed} times`);
    assert.ok(misses.refreshed >= flows.length * (WHILE.timeOuts - 3), `${misses.refreshed} questions`);
  });

  it('of 0 ends none', async (test) => {
    const scene = await LifetimeScene.set(test, '--idle-timeout', '0');
    await scene.touch(1, 20);
    await waitUntil('the entries', async () => (await scene.states()).size === 20);
    const end = performance.now() + 3000;
    while (performance.now() < end) {
      const states = [...(await scene.states()).values()];
      assert.deepEqual(states, new Array(20).fill('PERMANENT'));
    }
  });
});

/** Sends the last packet to one entry after another; gives the time right before each. */
async function spreadLastPackets(scene: LifetimeScene): Promise<{ last: number; at: number }[]> {
  const begin = performance.now();
  await scene.touch(ENDING.first, ENDING.count);
  const sent: { last: number; at: number }[] = [];
  for (let n = 0; n < ENDING.count; n++) {
    await delay(Math.max(0, begin + n * ENDING.everyMs - performance.now()));
    const last = ENDING.first + n;
    sent.push({ last, at: performance.now() });
    await scene.touch(last);
  }
  return sent;
}

/** Watches the peer's entries for some time; gives when each that vanished was first seen to be gone. */
async function departures(scene: LifetimeScene, milliseconds: number): Promise<Map<number, number>> {
  const end = performance.now() + milliseconds;
  const there = new Set<number>();
  const gone = new Map<number, number>();
  while (performance.now() < end) {
    const states = await scene.states();
    const now = performance.now();
    for (const last of states.keys()) {
      there.add(last);
    }
    for (const last of there) {
      if (!states.has(last) && !gone.has(last)) {
        gone.set(last, now);
      }
    }
    await delay(20);
  }
  return gone;
}
