import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../../src/lab/host.ts';
import { forwardingEntries, unicastNeighbours } from '../../src/lab/kernel-view.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { assertWhole, figures, LifetimeScene, PEER, sceneSkipReason } from '../support/lifetime-scene.ts';
import { leaseKey, StaticPeer, statsOf } from '../support/static-peer.ts';

const TIMEOUT_MS = 2000;

/** In use all the time, each ten times a second; and used once, before the kill. */
const IN_USE = { last: 20, addresses: 10, rate: 100 };
const IDLE = { last: 40, addresses: 10 };

/** Leases that are only in etcd: one gets another MAC while the daemon is dead, one goes. */
const CHANGES = { network: '10.5.78', mac: '02:00:00:00:78:01', publicIp: '10.99.0.78' };
const NEW_MAC = '02:00:00:00:78:02';
const GOES = { network: '10.5.79', mac: '02:00:00:00:79:01', publicIp: '10.99.0.79' };

const WRONG_MAC = '02:99:99:99:99:99';

/** Written by hand while the daemon is dead: `ip neighbour` arguments, and what becomes of the entry. */
const STAYS = 'stays';
const GOES_AWAY = 'goes';
const BY_HAND = [
  { dst: '10.5.77.100', kind: 'nud permanent protocol 113', fate: PEER.mac },
  { dst: '10.5.77.101', kind: 'nud stale protocol 113', fate: PEER.mac },
  { dst: '10.5.200.1', kind: 'nud permanent protocol 113', fate: GOES_AWAY },
  { dst: '10.5.200.2', kind: 'nud stale protocol 113', fate: GOES_AWAY },
  { dst: '10.9.0.1', kind: 'nud permanent protocol 113', fate: GOES_AWAY },
  // As flannel 0.9 and later write theirs.
  { dst: '10.5.77.102', kind: 'nud permanent', fate: GOES_AWAY },
  { dst: '10.5.200.3', kind: 'nud permanent', fate: GOES_AWAY },
  { dst: '10.5.77.103', kind: 'nud permanent protocol zebra', fate: STAYS },
  { dst: '10.5.77.104', kind: 'nud stale protocol zebra', fate: STAYS },
  // As flannel before 0.9 writes theirs.
  { dst: '10.5.77.105', kind: 'nud stale', fate: PEER.mac },
  { dst: '10.5.200.5', kind: 'nud stale', fate: GOES_AWAY },
  { dst: '10.5.200.4', kind: 'nud permanent protocol zebra', fate: STAYS },
  { dst: '10.9.0.2', kind: 'nud permanent', fate: STAYS },
] as const;
/** The same of routes. */
const OWN_ROUTE = '10.5.0.0/16 proto 113 scope link';
const FOREIGN_ROUTE = '172.30.0.0/24 proto static scope link';
const ROUTES_BY_HAND = [
  '10.5.200.0/24 dev flannel.1 proto 113',
  '172.31.0.0/24 dev flannel.1 proto 113',
  // As flannel 0.9 and later write theirs.
  `${CHANGES.network}.0/24 via ${CHANGES.network}.0 dev flannel.1 onlink`,
  '172.30.0.0/24 dev flannel.1 proto static',
];
const STRANGERS = BY_HAND.filter(({ fate }) => fate === STAYS).map(({ dst }) => `${dst} ${WRONG_MAC}`);
const PUT_RIGHT = [
  `${CHANGES.network}.1 ${NEW_MAC}`,
  ...BY_HAND.filter(({ fate }) => fate === PEER.mac).map(({ dst }) => `${dst} ${PEER.mac}`),
];
const KEPT = [IN_USE, IDLE].flatMap(({ last, addresses }) =>
  Array.from({ length: addresses }, (_, n) => `${PEER.network}.${last + n} ${PEER.mac}`),
);

describe('what a killed daemon left', { skip: sceneSkipReason() }, () => {
  it('is kept where it is right and cared for again, put right or removed where not', async (test) => {
    const scene = await LifetimeScene.set(test, '--idle-timeout', `${TIMEOUT_MS}ms`);
    const { host } = scene;
    const flow = await scene.flow(IN_USE);
    for (const lease of [CHANGES, GOES]) {
      await new StaticPeer(scene.lab, scene.lab.host(2), lease).publish();
    }
    await waitUntil('three leases', async () => (await forwardingEntries(host)).length === 3);
    await killInDoubt(scene);
    await changeWhileDead(scene);
    await host.daemon.start();
    const started = performance.now();
    assert.deepEqual(await entries(host), [...KEPT, ...PUT_RIGHT, ...STRANGERS].sort());
    const routes = await host.namespace.run('ip', 'route', 'show', 'dev', 'flannel.1');
    assert.deepEqual(routes.split(/ *\n/).filter(Boolean).sort(), [OWN_ROUTE, FOREIGN_ROUTE]);
    const { neighbours, misses } = await statsOf(host);
    assert.deepEqual(
      { rewritten: neighbours.rewritten, kept: neighbours.adopted + misses.recovered },
      { rewritten: PUT_RIGHT.length, kept: KEPT.length },
    );
    assert.deepEqual((await forwardingEntries(host)).map(({ mac }) => mac).sort(), [PEER.mac, NEW_MAC]);

    const onlyUsed = async () => (await entries(host)).length === IN_USE.addresses + STRANGERS.length;
    await waitUntil('the unused ones to go', onlyUsed);
    const seconds = (performance.now() - started) / 1000;
    test.diagnostic(`unused entries went ${seconds.toFixed(1)} s after the restart`);
    await delay(2 * TIMEOUT_MS);
    const stillThere = [...KEPT.slice(0, IN_USE.addresses), ...STRANGERS].sort();
    assert.deepEqual(await entries(host), stillThere, "those in use and others' stay");
    const result = await flow.stop();
    test.diagnostic(figures('to entries in use', result));
    assertWhole('to entries in use', result, IN_USE.rate * seconds);
    const after = await statsOf(host);
    assert.equal(after.misses.answered, 0, 'nothing was missed after the restart');
    assert.equal(after.neighbours.expired, IDLE.addresses + PUT_RIGHT.length);
  });
});

/** Makes the unused entries, and kills the daemon while all of them are STALE. */
async function killInDoubt(scene: LifetimeScene): Promise<void> {
  const { namespace } = scene.host;
  const unused = [`${CHANGES.network}.1`, `${GOES.network}.1`];
  for (const address of unused) {
    await namespace.attempt('ping', ['-c', '1', '-W', '0.1', address]);
  }
  await scene.touch(IDLE.last, IDLE.addresses);
  unused.push(...KEPT.slice(IN_USE.addresses).map((entry) => entry.split(' ')[0] ?? ''));
  const areStale = async () => {
    const stale = (await unicastNeighbours(scene.host)).filter(({ state }) => state.includes('STALE'));
    const addresses = new Set(stale.map(({ dst }) => dst));
    return unused.every((address) => addresses.has(address));
  };
  await waitUntil('all unused entries to be STALE', areStale);
  await scene.kill();
}

/** Leases change, and somebody writes entries and routes. */
async function changeWhileDead({ lab, host: { namespace } }: LifetimeScene): Promise<void> {
  await lab.etcd.delete(leaseKey(GOES));
  await new StaticPeer(lab, lab.host(2), { ...CHANGES, mac: NEW_MAC }).publish();
  await namespace.configure(
    ...BY_HAND.map(({ dst, kind }) => `neighbour add ${dst} lladdr ${WRONG_MAC} dev flannel.1 ${kind}`),
    ...ROUTES_BY_HAND.map((route) => `route add ${route}`),
  );
  await namespace.run(
    'bridge',
    ...`fdb append ${WRONG_MAC} dev flannel.1 dst 10.99.0.99 self permanent`.split(' '),
  );
}

async function entries(host: Host): Promise<string[]> {
  return (await unicastNeighbours(host)).map(({ dst, lladdr }) => `${dst} ${lladdr}`).sort();
}
