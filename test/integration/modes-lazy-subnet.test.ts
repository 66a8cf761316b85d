import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../../src/lab/host.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { kernelState, type RemoteEntries, settles, stateOf } from '../support/kernel-state.ts';
import { labForSuite } from '../support/lab-fixture.ts';
import {
  addressOf,
  assertWhole,
  figures,
  LifetimeScene,
  PEER,
  SCENE_LAB,
  sceneSkipReason,
} from '../support/lifetime-scene.ts';
import { leaseKey, leaseValue, type PeerPlan, statsOf } from '../support/static-peer.ts';
import { TableMonitor } from '../support/table-monitor.ts';

const MODE = ['--programming', 'lazy-subnet'] as const;

/** The neighbour of the address that was asked for first is there for so long. */
const ALONE = { least: 900, most: 3500 };

/** Of hosts that are not there. */
const OTHERS = Array.from({ length: 8 }, (_, n) => ({
  network: `10.5.${80 + n}`,
  mac: `02:00:00:00:80:0${n}`,
  publicIp: `10.99.0.${80 + n}`,
}));

const MAXIMUM = 3;
const TIMEOUT_MS = 1500;

describe('lazy-subnet', { skip: sceneSkipReason() }, () => {
  const lab = labForSuite(SCENE_LAB);
  let scene: LifetimeScene;
  before(async () => {
    for (const lease of OTHERS) {
      await lab().etcd.put(leaseKey(lease), leaseValue(lease));
    }
    scene = await LifetimeScene.setIn(lab(), ...MODE);
  });

  it('answers the first miss at once, and no other address behind that host misses again', async (test) => {
    const { host } = scene;
    const monitor = await TableMonitor.start(host);
    const first = await scene.flow({ last: 1, rate: 2000 });
    await first.arrives();
    const begin = performance.now();
    await waitUntil('the route', async () => monitor.lines().includes('+ route 10.5.77.0/24'));
    const others = await scene.flow({ last: 20, addresses: 50, rate: 2000 });
    await settles(host, stateOf('lazy-subnet', [used(1)]));
    const alone = performance.now() - begin;
    await delay(300);

    for (const [what, flow] of Object.entries({ first, others })) {
      const result = await flow.stop();
      test.diagnostic(figures(what, result));
      assertWhole(what, result, 1000);
    }
    const changes = monitor.lines().filter((line) => line.includes('10.5.77.') || line.includes(PEER.mac));
    await monitor.stop();
    test.diagnostic(`the first address had a neighbour of its own for ${alone.toFixed()} ms`);
    assert.deepEqual(changes.slice(0, 4), [
      `+ forwarding ${PEER.mac}`,
      '+ neighbour 10.5.77.1',
      '+ neighbour 10.5.77.0',
      '+ route 10.5.77.0/24',
    ]);
    assert.equal(changes.at(-1), '- neighbour 10.5.77.1');
    assert.ok(alone > ALONE.least && alone < ALONE.most, `${alone} ms`);
    assert.equal(await scene.answered(), 1);
  });

  it('has as many entries as there are hosts that were sent to', async () => {
    const { host } = scene;
    const some = OTHERS.slice(0, 4);
    await scene.touch(100, 50, 1000);
    await knock(host, some, 7, 8, 9);
    const remotes = some.map((lease) => ({ ...lease, used: ['any'] }));
    await settles(host, stateOf('lazy-subnet', [used(1), ...remotes]));
    const { misses, routes, neighbours, forwarding } = await statsOf(host);
    const counts = [misses.answered, routes.subnets, neighbours.installed, forwarding.entries];
    assert.deepEqual(counts, [5, 5, 5, 5]);
  });

  it('takes out the subnets that nobody uses, and none that somebody does', async (test) => {
    const { host } = scene;
    await beginAgain(host, '--idle-timeout', `${TIMEOUT_MS}ms`);
    await settles(host, stateOf('lazy-subnet', []));
    const flows = {
      often: await scene.flow({ last: 1, rate: 2000 }),
      rarely: await scene.flow({ last: 2, rate: 1 }),
    };
    await flows.often.arrives();
    await knock(host, OTHERS.slice(0, 4), 7);
    const last = performance.now();
    const monitor = await TableMonitor.start(host);
    await waitUntil('all subnets', async () => (await statsOf(host)).routes.subnets === 5);
    await settles(host, stateOf('lazy-subnet', [used(1)]), 3 * TIMEOUT_MS);
    const timeouts = (performance.now() - last) / TIMEOUT_MS;
    test.diagnostic(`gone ${timeouts.toFixed(2)} time-outs after their last packet`);
    assert.ok(timeouts > 0.6 && timeouts < 3);
    await delay(2 * TIMEOUT_MS);

    for (const [what, flow] of Object.entries(flows)) {
      const result = await flow.stop();
      test.diagnostic(figures(what, result));
      assertWhole(what, result, 5);
    }
    const changes = monitor.lines();
    await monitor.stop();
    assert.deepEqual(changes.filter((line) => line.startsWith('-') && line.includes('10.5.80.')).slice(-2), [
      '- route 10.5.80.0/24',
      '- neighbour 10.5.80.0',
    ]);
    assert.ok(!changes.includes('- route 10.5.77.0/24') && !changes.includes(`- forwarding ${PEER.mac}`));
  });

  it('bounds the subnets, and keeps those in use', async (test) => {
    const { host } = scene;
    await beginAgain(host, '--max-neighbours', `${MAXIMUM}`);
    const flow = await scene.flow({ last: 1, rate: 2000 });
    await flow.arrives();
    for (const lease of OTHERS) {
      await knock(host, [lease], 7);
    }
    const subnets = async () => (await kernelState(host)).routes.filter((route) => route.includes(' via '));
    await waitUntil('no more', async () => (await subnets()).length <= MAXIMUM, { timeout: 1000 });
    const kept = await subnets();
    assert.ok(
      kept.some((route) => route.startsWith('10.5.77.0/24 ')),
      `${kept}`,
    );
    const result = await flow.stop();
    test.diagnostic(figures('in use', result));
    assertWhole('in use', result, 500);
    const evicted = (await statsOf(host)).neighbours;
    test.diagnostic(`evicted: ${evicted.evictedIdle} idle, ${evicted.evictedUnderPressure} under pressure`);
  });
});

/** With nothing in the kernel: what an earlier agent left would have to show soon that it is used. */
async function beginAgain({ daemon, namespace }: Host, ...options: string[]): Promise<void> {
  await daemon.stop();
  await namespace.configure('link del flannel.1');
  await daemon.start(...MODE, ...options);
}

/** Sends a packet to these addresses of each of the subnets, whose hosts do not answer. */
async function knock(host: Host, leases: readonly PeerPlan[], ...lasts: number[]): Promise<void> {
  const addresses = leases.flatMap(({ network }) => lasts.map((last) => `${network}.${last}`));
  for (const address of addresses) {
    await host.namespace.attempt('ping', ['-c', '1', '-W', '0.05', address]);
  }
}

/** The peer, of whose addresses that one was sent to. */
function used(last: number): RemoteEntries {
  return { ...PEER, used: [addressOf(last)] };
}
