import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { LabFault } from '../../src/lab/lab-fault.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import type { Flow } from '../support/flow.ts';
import { assertWhole, figures, LifetimeScene, PEER, sceneSkipReason } from '../support/lifetime-scene.ts';

const skip = sceneSkipReason();

/** Addresses 20 to 219 are in use, each ten times a second, so that a doubted one stays STALE for up to 100 ms. */
const CROWD = { last: 20, addresses: 200, rate: 2000 };
const LOCAL = { from: 'host', last: 1, rate: 2000 } as const;
const ONE_A_SECOND = { last: 2, rate: 1 };
/** Nobody sends to these before the kill; to the first soon after it, to the second late. */
const UNUSED = { soon: 3, late: 4 };

/** With mcast_resolicit 0 an entry that nobody confirms fails after 4 s. */
const DEAD_SECONDS = 15;

/** An entry of nobody's that the kernel's garbage collection takes, within half of base_reachable_time (15 s). */
const GARBAGE = '10.5.200.9';
const GARBAGE_PATIENCE_MS = 25_000;

const ATTEMPTS = 5;

/** Of two kills each: one of a daemon that is ready, one of a daemon that starts. */
const ROUNDS = 3;

describe('a daemon that is killed', { skip }, () => {
  it('in the middle of the search for idle entries costs no packet, for as long as it is dead', async (test) => {
    // Not less, or the entry that a packet uses each second might be idle for as long.
    const scene = await LifetimeScene.set(test, '--idle-timeout', '2s');
    const flows: [string, Flow, number][] = [];
    for (const [what, plan] of Object.entries({ crowd: CROWD, local: LOCAL, 'one a second': ONE_A_SECOND })) {
      flows.push([what, await scene.flow(plan), DEAD_SECONDS * plan.rate]);
    }
    const atKill = await killInDoubt(scene);
    flows.push([
      'begun after the kill',
      await scene.flow({ last: UNUSED.soon, rate: 500 }),
      DEAD_SECONDS * 500,
    ]);
    const suspects = count(atKill, 'STALE', 'DELAY', 'PROBE');
    test.diagnostic(`in doubt right after the kill: ${suspects} of ${atKill.size} entries`);

    const [collected] = await Promise.all([collectGarbage(scene), delay(DEAD_SECONDS * 1000)]);
    test.diagnostic(`the kernel collected garbage meanwhile: ${collected}`);
    flows.push(['begun late', await scene.flow({ last: UNUSED.late, rate: 500, seconds: 1 }), 500]);
    await flows.at(-1)?.[1].arrives();
    const inDeath = await scene.states();
    await scene.host.daemon.start();
    for (const [what, flow, least] of flows) {
      const result = await flow.stop();
      test.diagnostic(figures(what, result));
      assertWhole(what, result, least);
    }
    assert.equal(await scene.answered(), 0, 'misses after the restart');
    assert.equal(count(inDeath, 'PERMANENT', 'DELAY', 'PROBE'), inDeath.size);
    assert.equal(inDeath.get(UNUSED.soon), 'PROBE');
  });

  it('at any moment, also of its start, and started again, costs no packet', async (test) => {
    const scene = await LifetimeScene.set(test, '--idle-timeout', '1s');
    const { daemon } = scene.host;
    const [crowd, local] = [await scene.flow(CROWD), await scene.flow(LOCAL)];
    await waitUntil('all entries', async () => (await scene.states()).size > CROWD.addresses);
    const begin = performance.now();
    const moments: string[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const [alive, starting] = [200 + Math.random() * 1000, Math.random() * 700];
      await delay(alive);
      await scene.kill();
      await daemon.launch();
      await delay(starting);
      await scene.kill();
      await daemon.start();
      assert.equal(await scene.answered(), 0, `misses after round ${round}`);
      moments.push(`${alive.toFixed()} and ${starting.toFixed()}`);
    }
    const seconds = (performance.now() - begin) / 1000;
    test.diagnostic(`killed this many milliseconds after it was ready and after its start: ${moments}`);
    for (const [what, flow] of Object.entries({ crowd, local })) {
      const result = await flow.stop();
      test.diagnostic(figures(what, result));
      assertWhole(what, result, seconds * 1500);
    }
  });
});

/** Kills the daemon while it has doubts, and gives the entries of right after that. */
async function killInDoubt(scene: LifetimeScene): Promise<Map<number, string>> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await waitUntil('many entries to be doubted', () => areDoubted(scene), { timeout: 30_000, interval: 5 });
    await scene.kill();
    const atKill = await scene.states();
    if (Object.values(UNUSED).every((last) => atKill.get(last) === 'STALE')) {
      return atKill;
    }
    // It ended an unused entry between the look and the kill.
    await scene.host.daemon.start();
  }
  throw new LabFault('unused entries', `ended before each of ${ATTEMPTS} kills`, 'STALE ones after a kill');
}

/** The unused entries, and a good part of those in use; the unused ones are made anew when they went. */
async function areDoubted(scene: LifetimeScene): Promise<boolean> {
  const states = await scene.states();
  const unused = Object.values(UNUSED);
  for (const last of unused.filter((one) => !states.has(one))) {
    await scene.touch(last);
  }
  return unused.every((last) => states.get(last) === 'STALE') && count(states, 'STALE') >= 20;
}

/**
 * Waits until the kernel has looked for entries that are STALE for long, which means a second here.
 *
 * @returns false when it does not: where the operator raised gc_thresh1, so few entries are no reason to
 */
async function collectGarbage({ host: { namespace } }: LifetimeScene): Promise<boolean> {
  await namespace.run('ip', ...'ntable change name arp_cache dev flannel.1 gc_stale 1000'.split(' '));
  await namespace.configure(`neighbour add ${GARBAGE} lladdr ${PEER.mac} dev flannel.1 nud stale`);
  const end = performance.now() + GARBAGE_PATIENCE_MS;
  while ((await namespace.run('ip', 'neighbour', 'show', 'to', GARBAGE)).trim() !== '') {
    if (performance.now() > end) {
      return false;
    }
    await delay(200);
  }
  return true;
}

function count(states: ReadonlyMap<number, string>, ...wanted: string[]): number {
  return [...states.values()].filter((state) => wanted.includes(state)).length;
}
