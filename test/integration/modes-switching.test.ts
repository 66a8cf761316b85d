import { before, describe, it } from 'node:test';
import type { ModeName } from '../../src/overlay/modes.ts';
import { flowSkipReason } from '../support/flow.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { Pair } from '../support/pair.ts';

const skip = labSkipReason() || flowSkipReason();

interface Switch {
  readonly from: ModeName;
  readonly to: ModeName;
  readonly how: 'SIGTERM' | 'SIGKILL';
}

/** Every mode after every other one, so that each begins with what the one before it left. */
const SWITCHES: readonly Switch[] = [
  { from: 'lazy', to: 'lazy-subnet', how: 'SIGTERM' },
  { from: 'lazy-subnet', to: 'eager', how: 'SIGTERM' },
  { from: 'eager', to: 'lazy', how: 'SIGTERM' },
  { from: 'lazy', to: 'eager', how: 'SIGKILL' },
  { from: 'eager', to: 'lazy-subnet', how: 'SIGTERM' },
  { from: 'lazy-subnet', to: 'lazy', how: 'SIGKILL' },
];

describe('a daemon that is stopped, and started in another mode, under traffic', { skip }, () => {
  const lab = labForSuite({ hosts: 2 });
  let pair: Pair;
  before(async () => {
    pair = await Pair.join(lab(), 'lazy', 'lazy');
  });

  for (const { from, to, how } of SWITCHES) {
    it(`loses no packet and leaves nothing of the old mode: ${from}, ${how}, ${to}`, async (test) => {
      const { here } = pair;
      await pair.losesNothing(test, `${from} to ${to}`, async () => {
        await pair.settles(here, from);
        here.daemon.process.kill(how);
        await here.daemon.process.wait();
        await here.daemon.start('--programming', to);
        await pair.settles(here, to);
      });
    });
  }
});
