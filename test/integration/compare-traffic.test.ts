import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { podAddress } from '../../src/compare/address-plan.ts';
import { monotonicMs } from '../../src/compare/traffic/verbs.ts';
import { labSkipReason } from '../support/lab-fixture.ts';
import { programByHand, sceneForSuite } from '../support/scene-fixture.ts';

const pods = (node: number, count: number) =>
  Array.from({ length: count }, (_, pod) => podAddress(node, pod));

describe('traffic through a tunnel that is programmed by hand', { skip: labSkipReason() }, () => {
  const scene = sceneForSuite(1);
  afterEach(() => scene().stand(0).removeDevice());

  it('has round trips to nodes that are programmed, and to them alone', async () => {
    const stand = scene().stand(0);
    await programByHand(stand, [1, 3]);
    const { first, second } = await stand.traffic.scan(
      [podAddress(1, 0), podAddress(2, 0), podAddress(3, 199)],
      200,
    );
    for (const trips of [first, second]) {
      assert.equal(trips[1], null);
      assert.ok(
        [0, 2].every((at) => (trips[at] ?? 0) > 1 && (trips[at] ?? 0) < 50_000),
        trips.join(' '),
      );
    }
  });

  it('waits short for many that do not answer', async () => {
    const stand = scene().stand(0);
    const before = monotonicMs();
    const { first } = await stand.traffic.scan(pods(1, 60), 100);
    assert.ok(first.every((time) => time === null));
    assert.ok(monotonicMs() - before < 5000, 'five of 100 ms and the rest of about 20 ms');
  });

  it('has every reply of a burst and of a touch', async () => {
    const stand = scene().stand(0);
    await programByHand(stand, [1, 2]);
    const burst = await stand.traffic.burst([...pods(1, 200), ...pods(2, 200)], 500);
    assert.deepEqual([burst.sent, burst.answered], [400, 400]);
    assert.ok(burst.last !== null && burst.last > 0 && burst.last < 1000, `${burst.last} ms`);
    const some = await stand.traffic.burst([...pods(1, 20), ...pods(3, 20)], 200);
    assert.deepEqual([some.sent, some.answered], [40, 20]);
    const touch = await stand.traffic.touch([...pods(1, 250), ...pods(2, 250)], 64, 500);
    assert.deepEqual(touch, { sent: 500, answered: 500 });
    const none = await stand.traffic.touch(pods(3, 250), 64, 100);
    assert.deepEqual(none, { sent: 250, answered: 0 });
  });

  it('floods for as long as it is told, in sequence and side by side', async () => {
    const stand = scene().stand(0);
    await programByHand(stand, [1, 2]);
    for (const window of [1, 32]) {
      const before = monotonicMs();
      const flood = await stand.traffic.flood([...pods(1, 20), ...pods(2, 20)], window, 200);
      const elapsed = monotonicMs() - before;
      assert.ok(elapsed > 199 && elapsed < 2000, `${elapsed} ms`);
      assert.ok(flood.answered > 100, `${flood.answered} answered`);
      assert.equal(flood.lost, 0);
      assert.ok(Math.abs(flood.rate - flood.answered / 0.2) < flood.rate * 0.1, `${flood.rate} a second`);
      assert.ok(flood.roundTrip !== null && flood.roundTrip > 1 && flood.roundTrip < 50_000);
    }
    const nobody = await stand.traffic.flood(pods(3, 5), 8, 100);
    assert.deepEqual([nobody.answered, nobody.rate, nobody.roundTrip], [0, 0, null]);
    assert.ok(nobody.lost > 0);
  });

  it('tells when destinations begin to answer and when they fall silent', async () => {
    const stand = scene().stand(0);
    const joining = stand.traffic.until([podAddress(1, 0), podAddress(2, 0)], 'answers', 3000);
    await setTimeout(300);
    const programmed = monotonicMs();
    await programByHand(stand, [1]);
    const done = monotonicMs();
    const [one, two] = (await joining).moments;
    assert.ok(one !== null && one !== undefined && one > programmed && one < done + 100, `${one}`);
    assert.equal(two, null);

    const leaving = stand.traffic.until([podAddress(1, 0)], 'silence', 3000);
    await setTimeout(300);
    const removed = monotonicMs();
    await stand.removeDevice();
    const gone = monotonicMs();
    const [silent] = (await leaving).moments;
    assert.ok(
      silent !== null && silent !== undefined && silent > removed - 2 && silent < gone + 20,
      `${silent}`,
    );
  });
});
