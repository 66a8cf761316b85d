import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { copyFileOf } from '../../src/agent/stand-in.ts';
import type { Host } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { ping } from '../../src/lab/ping.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import type { ModeName } from '../../src/overlay/modes.ts';
import { flowSkipReason } from '../support/flow.ts';
import { type RemoteEntries, settles, stateOf } from '../support/kernel-state.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { Pair } from '../support/pair.ts';
import { leaseKey, leaseValue, statsOf } from '../support/static-peer.ts';

const skip = labSkipReason() || flowSkipReason();

const HOLD_MS = 2000;
const OPTIONS = { idle: ['--idle-timeout', '1s'], hold: ['--removal-hold', `${HOLD_MS}ms`] };

/** Where entries are in doubt, longer than one that nobody confirms would live: four seconds. */
const DEAD_MS = { 'lazy-subnet': 4500, eager: 300 };

/** The same for lazy is in killed.test.ts, without-etcd.test.ts and removal-hold.test.ts. */
const MODES = ['lazy-subnet', 'eager'] as const satisfies readonly ModeName[];

/** Of hosts that are not there, so that nobody claims them again. */
const GONE = [77, 78].map((n) => ({
  network: `10.5.${n}`,
  mac: `02:00:00:00:${n}:01`,
  publicIp: `10.99.0.${n}`,
  used: [`10.5.${n}.2`],
}));

describe('without a daemon, etcd or leases for a while', { skip }, () => {
  const lab = labForSuite({ hosts: 2, daemonArguments: OPTIONS.hold });
  let pair: Pair;
  before(async () => {
    pair = await Pair.join(lab(), 'lazy', 'lazy');
  });

  for (const mode of MODES) {
    it(`${mode}: a daemon that is killed, in doubt about what is used, costs no packet`, async (test) => {
      const { here } = pair;
      await pair.beginAgain(mode, ...OPTIONS.idle);
      await pair.losesNothing(test, 'killed', async () => {
        await pair.settles(here, mode);
        await delay(1000);
        here.daemon.process.kill('SIGKILL');
        await here.daemon.process.wait();
        await delay(DEAD_MS[mode]);
        await reachesNew(lab());
        await here.daemon.start('--programming', mode);
        await pair.settles(here, mode);
      });
    });

    it(`${mode}: a daemon that is started without etcd goes by its copy of the leases`, async () => {
      const { here, there } = pair;
      const copy = copyFileOf(here.daemon.controlSocket);
      await waitUntil('the lease in the copy', () => readFileSync(copy, 'utf8').includes(there.address));
      await here.daemon.stop();
      await lab().etcd.stop();
      await here.namespace.configure('link del flannel.1');
      await here.daemon.launch('--programming', mode);
      await waitUntil(
        'a daemon that goes by its copy',
        async () => (await statsOf(here)).mirror.standIn !== null,
      );
      const remote = await pair.remote(there);
      const state = stateOf(mode, [{ ...remote, used: [gatewayOf(remote)] }]);
      if (mode === 'eager') {
        await settles(here, state);
      }
      await reachesNew(lab());
      await settles(here, state);
      await lab().etcd.start();
      await here.daemon.waitUntilReady();
      await settles(here, state);
    });

    it(`${mode}: leases that vanish all at once wait for their hosts to claim again`, async (test) => {
      const { here } = pair;
      for (const lease of GONE) {
        await lab().etcd.put(leaseKey(lease), leaseValue(lease));
      }
      await pair.losesNothing(test, 'the hold', async () => {
        const there = await pair.remote(pair.there);
        const remote = { ...there, used: [gatewayOf(there), ...there.used] };
        const all = stateOf(mode, [remote, ...GONE]);
        await waitUntil('all leases', async () => (await statsOf(here)).mirror.remote === 3);
        await knock(here);
        await settles(here, all);
        await deleteAtOnce(lab(), leaseKey(remote), ...GONE.map(leaseKey));
        await delay(HOLD_MS / 2);
        await settles(here, all, 0);
        await settles(here, stateOf(mode, [remote]), 2 * HOLD_MS);
      });
    });
  }
});

/** Of the containers on that host: nobody sends to it but for this. */
function gatewayOf({ network }: RemoteEntries): string {
  return `${network}.1`;
}

async function reachesNew({ containers }: Lab): Promise<void> {
  const [from, to] = containers;
  assert.ok(from && to);
  const { roundTrips } = await ping(from, to.address.replace(/\d+$/, '1'), { count: 1, patience: 2 });
  assert.notEqual(roundTrips[0], undefined, 'an address that nobody had sent to');
}

/** The hosts that are not there are sent to. */
async function knock({ namespace }: Host): Promise<void> {
  for (const address of GONE.flatMap(({ used }) => used)) {
    await namespace.attempt('ping', ['-c', '1', '-W', '0.05', address]);
  }
}

async function deleteAtOnce({ etcd }: Lab, ...keys: string[]): Promise<void> {
  const success = keys.map((key) => ({ request_delete_range: { key: Buffer.from(key).toString('base64') } }));
  await etcd.ask('/v3/kv/txn', { success });
}
