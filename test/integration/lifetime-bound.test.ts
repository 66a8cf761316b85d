import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { assertWhole, figures, LifetimeScene, sceneSkipReason } from '../support/lifetime-scene.ts';
import { statsOf } from '../support/static-peer.ts';

const skip = sceneSkipReason();

const BOUND = 64;
const LOWERED = 4;

/** So long that nothing goes by it: what goes makes room. */
const OPTIONS = ['--max-neighbours', String(BOUND), '--idle-timeout', '10m'];

/** Addresses 1 to 40 are in use, each 25 times a second; 101 to 124 are idle. */
const BUSY = { last: 1, addresses: 40, rate: 1000 };
const IDLE = numbers(101, 24);
const NEWCOMERS = numbers(201, 10);

/** An entry counts as idle when it did not ask within 50 ms of becoming STALE. */
const COUNTS_AS_IDLE_MS = 200;

/** One more than a tenth above the bound, each ten times a second. */
const CROWD = { last: 1, addresses: 72, rate: 720 };
const CROWDED_SECONDS = 4;

describe('at the bound', { skip }, () => {
  it('the longest idle entries make room, and those in use lose nothing', async (test) => {
    const scene = await LifetimeScene.set(test, ...OPTIONS);
    const flow = await scene.flow(BUSY);
    await waitUntil('the entries in use', async () => (await scene.states()).size === BUSY.addresses);
    await scene.touch(first(IDLE), IDLE.length);
    const areKnown = async () => {
      const states = await scene.states();
      return IDLE.every((last) => states.get(last) === 'STALE');
    };
    await waitUntil('the idle ones to be known', areKnown);
    await delay(COUNTS_AS_IDLE_MS);
    await scene.touch(first(NEWCOMERS), NEWCOMERS.length);
    const rest = [...numbers(1, BUSY.addresses), ...IDLE.slice(NEWCOMERS.length), ...NEWCOMERS];
    await waitUntil('ten to go', async () => (await scene.states()).size === BOUND);
    assert.deepEqual([...(await scene.states()).keys()], rest, 'the first ten of the idle ones went');

    const result = await flow.stop();
    test.diagnostic(figures('to the entries in use', result));
    assertWhole('to the entries in use', result, BUSY.rate);
    const { misses, neighbours } = await statsOf(scene.host);
    assert.deepEqual([neighbours.evictedIdle, neighbours.evictedUnderPressure], [NEWCOMERS.length, 0]);
    assert.equal(misses.answered, BOUND + NEWCOMERS.length, 'none in use was missed twice');
  });

  it('with none idle, the one goes that was asked for longest ago', async (test) => {
    const scene = await LifetimeScene.set(test, ...OPTIONS);
    await scene.touch(1, BOUND + 2, 10_000);
    await waitUntil('two to go', async () => (await scene.states()).size === BOUND);
    assert.deepEqual([...(await scene.states()).keys()], numbers(3, BOUND), 'the first two went');
    const { neighbours } = await statsOf(scene.host);
    assert.deepEqual([neighbours.evictedIdle, neighbours.evictedUnderPressure], [0, 2]);
  });

  it('with all in use and more of them than may be, packets are delayed and not lost', async (test) => {
    const scene = await LifetimeScene.set(test, ...OPTIONS);
    const flow = await scene.flow({ ...CROWD, seconds: CROWDED_SECONDS });
    const result = await flow.end();
    test.diagnostic(figures('to more than there may be', result));
    assertWhole('to more than there may be', result, CROWD.rate * CROWDED_SECONDS);
    const { neighbours } = await statsOf(scene.host);
    test.diagnostic(
      `evicted under pressure: ${neighbours.evictedUnderPressure}, idle: ${neighbours.evictedIdle}`,
    );
    assert.ok(neighbours.evictedUnderPressure >= CROWD.addresses, JSON.stringify(neighbours));
    await waitUntil('the table to be within its bound', async () => (await scene.states()).size <= BOUND);
  });

  it('that a restart lowered, entries from before make room too', async (test) => {
    const scene = await LifetimeScene.set(test, ...OPTIONS);
    await scene.touch(1, BOUND);
    await scene.kill();
    await scene.host.daemon.start('--max-neighbours', String(LOWERED));
    await waitUntil('most to go', async () => (await scene.states()).size === LOWERED);
    const { neighbours } = await statsOf(scene.host);
    assert.deepEqual([neighbours.adopted, neighbours.evictedUnderPressure], [BOUND, BOUND - LOWERED]);
  });
});

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

function first([one = 0]: readonly number[]): number {
  return one;
}
