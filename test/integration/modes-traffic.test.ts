import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { MODE_NAMES, type ModeName } from '../../src/overlay/modes.ts';
import { flowSkipReason } from '../support/flow.ts';
import { kernelState, settles } from '../support/kernel-state.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { Pair } from '../support/pair.ts';
import { statsOf } from '../support/static-peer.ts';

const skip = labSkipReason() || flowSkipReason();

/** What was in the kernel and did not have to be asked for: addresses where those have entries, else the one subnet. */
const ADOPTED: Readonly<Record<ModeName, number>> = { lazy: 5, 'lazy-subnet': 1, eager: 1 };

/** How a sender on the host is told that nobody has an address, without a wait. */
const REFUSED: Readonly<Record<ModeName, RegExp>> = {
  lazy: /Destination Host Unreachable/,
  'lazy-subnet': /Destination Host Unreachable/,
  eager: /Network is unreachable/,
};

describe('two hosts', { skip }, () => {
  const lab = labForSuite({ hosts: 2 });
  let pair: Pair;
  before(async () => {
    pair = await Pair.join(lab(), 'lazy', 'lazy');
  });

  for (const mode of MODE_NAMES) {
    it(`${mode}: hold what the mode asks for before a packet was sent`, async () => {
      await pair.beginAgain(mode);
      for (const host of lab().hosts) {
        await pair.settles(host, mode, false);
        assert.equal((await statsOf(host)).programming, mode);
      }
    });

    it(`${mode}: carry the first packets both ways, and hold exactly what those need`, async (test) => {
      await pair.losesNothing(test, 'the first packets', async () => {
        await Promise.all(lab().hosts.map((host) => pair.settles(host, mode)));
      });
    });

    it(`${mode}: lose no packet of running traffic when a daemon is restarted`, async (test) => {
      const { here } = pair;
      await pair.losesNothing(test, 'restarted', async () => {
        for (const how of ['SIGTERM', 'SIGKILL'] as const) {
          here.daemon.process.kill(how);
          await here.daemon.process.wait();
          await here.daemon.start('--programming', mode);
          await pair.settles(here, mode);
          const { neighbours, misses, routes } = await statsOf(here);
          assert.deepEqual(
            { adopted: neighbours.adopted, answered: misses.answered, written: routes.written },
            { adopted: ADOPTED[mode], answered: 0, written: 0 },
            how,
          );
        }
      });
    });

    it(`${mode}: tell a sender at once that no lease covers an address, and hold nothing for it`, async () => {
      const { here } = pair;
      const before = await kernelState(here);
      const begin = performance.now();
      const { stdout, stderr } = await here.namespace.attempt('ping', ['-c', '1', '-W', '5', '10.5.255.254']);
      // The kernel alone takes three seconds; starting ping takes some milliseconds.
      assert.ok(performance.now() - begin < 1500, `${performance.now() - begin} ms`);
      assert.match(stdout + stderr, REFUSED[mode]);
      await settles(here, before);
      const told = async () => (await statsOf(here)).misses.noLease === (mode === 'eager' ? 0 : 1);
      await waitUntil('the count of what nobody has', told);
    });
  }
});
