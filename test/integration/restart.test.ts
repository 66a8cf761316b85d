import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unicastNeighbours } from '../../src/lab/kernel-view.ts';
import { ping } from '../../src/lab/ping.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { statsOf } from '../support/static-peer.ts';

/** The kernel gives a packet up that waited three seconds for its neighbour; a machine that is slow starts no daemon in that. */
const KEPT_MS = 2500;

describe('a restart of the daemon under traffic', { skip: labSkipReason() }, () => {
  const lab = labForSuite({ hosts: 2, containers: 2 });

  for (const how of ['SIGTERM', 'SIGKILL'] as const) {
    it(`loses no packet of a running flow (${how})`, async () => {
      const [from, , to] = lab().containers;
      assert.ok(from && to);
      const { daemon } = lab().host(1);
      const before = await statsOf(lab().host(1));
      assert.ok((await ping(from, to.address)).roundTrips.every((time) => time !== undefined));

      const flow = ping(from, to.address, { count: 600, interval: 0.005 });
      daemon.process.kill(how);
      await daemon.process.wait();
      await daemon.start();
      const { roundTrips } = await flow;

      const lost = roundTrips.flatMap((time, index) => (time === undefined ? [index + 1] : []));
      assert.deepEqual(lost, [], `of ${roundTrips.length} packets these were lost`);
      const after = await statsOf(lab().host(1));
      assert.equal(after.neighbours.adopted, 1);
      assert.equal(after.misses.answered, 0, 'the flow caused no new miss');
      assert.deepEqual(
        [after.lease?.subnet, after.device?.mac, after.device?.ifindex],
        [before.lease?.subnet, before.device?.mac, before.device?.ifindex],
      );
    });
  }

  it('answers the miss that came while it was away, with what a dump shows', async () => {
    const [, from, , to] = lab().containers;
    assert.ok(from && to);
    const host = lab().host(1);
    const waiting = async () =>
      (await unicastNeighbours(host)).some(({ state }) => state.includes('INCOMPLETE'));
    let answered = false;
    for (let attempt = 1; !answered; attempt++) {
      await host.daemon.stop();
      const first = ping(from, to.address, { count: 1, patience: 5 });
      while (!(await waiting())) {
        // The packet is on its way; the test's own deadline bounds this.
      }
      const begin = performance.now();
      await host.daemon.start();
      const elapsed = performance.now() - begin;
      answered = (await first).roundTrips[0] !== undefined;
      assert.ok(
        answered || (elapsed > KEPT_MS && attempt < 5),
        'the kernel kept the packet until the daemon was back',
      );
    }
    const { misses } = await statsOf(host);
    assert.equal(misses.recovered, 1, JSON.stringify(misses));
  });
});
