import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { MODE_NAMES, type ModeName } from '../../src/overlay/modes.ts';
import {
  type FlannelRemote,
  type FlannelVersion,
  leaveOfFlannel,
  upgradeFlannel,
} from '../support/flannel-leftovers.ts';
import { type Flow, FlowProgram, flowSkipReason } from '../support/flow.ts';
import { type KernelState, settles, stateOf } from '../support/kernel-state.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { assertWhole } from '../support/lifetime-scene.ts';
import { leaseKey, leaseValue } from '../support/static-peer.ts';

const skip = labSkipReason() || flowSkipReason();

const OWN = { network: '10.5.17', mac: '02:00:00:00:17:01', publicIp: '10.99.0.11' };
const PEER = { network: '10.5.77', mac: '02:00:00:00:77:01', publicIp: '10.99.0.12' };
/** It has a lease, and nobody sends to it. */
const UNUSED = { network: '10.5.88', mac: '02:00:00:00:88:01', publicIp: '10.99.0.88' };
/** Its lease is gone. */
const VANISHED = { network: '10.5.99', mac: '02:00:00:00:99:01', publicIp: '10.99.0.99' };

/** Traffic goes to 10.5.77.2 to .6. */
const USED = ['10.5.77.2', '10.5.77.3', '10.5.77.4', '10.5.77.5', '10.5.77.6'];

const LAZY: readonly FlannelRemote[] = [
  {
    ...PEER,
    addresses: {
      ...Object.fromEntries(USED.slice(0, 3).map((address) => [address, 'stale'])),
      ...Object.fromEntries(USED.slice(3).map((address) => [address, 'reachable'])),
    },
  },
  { ...UNUSED, addresses: { '10.5.88.2': 'reachable', '10.5.88.3': 'stale' } },
  { ...VANISHED, addresses: { '10.5.99.2': 'reachable', '10.5.99.3': 'stale' } },
];
interface Leftovers {
  readonly what: string;
  readonly version: FlannelVersion;
  readonly remotes: readonly FlannelRemote[];
  /** An upgrade in place adds entries for these. */
  readonly upgraded?: readonly FlannelRemote[];
}

const LEFTOVERS: readonly Leftovers[] = [
  { what: 'v0.5, with an address as wide as the network', version: 'v0.5', remotes: LAZY },
  {
    what: 'v0.7.1, with two addresses, upgraded in place to v0.9',
    version: 'v0.7.1',
    remotes: LAZY,
    upgraded: [PEER, UNUSED, VANISHED],
  },
  { what: 'v0.9', version: 'v0.9', remotes: [PEER, UNUSED, VANISHED] },
  {
    what: 'v0.9, with routes past the tunnel',
    version: 'v0.9',
    remotes: [{ ...PEER, directly: true }, { ...UNUSED, directly: true }, VANISHED],
  },
];

/** What is to be left: the lazy mode takes a lazy flannel's neighbours over, as far as there are leases for them. */
function wanted(mode: ModeName, { version }: Leftovers): KernelState {
  const keeps = mode === 'lazy' && version !== 'v0.9';
  return stateOf(mode, [
    { ...PEER, used: USED },
    { ...UNUSED, used: keeps ? ['10.5.88.2', '10.5.88.3'] : [] },
  ]);
}

describe('what flannel left, under traffic,', { skip }, () => {
  const lab = labForSuite({ hosts: 2 });
  let scene: Scene;
  before(async () => {
    scene = await Scene.set(lab());
  });

  for (const leftovers of LEFTOVERS) {
    for (const mode of MODE_NAMES) {
      it(`is taken over without a loss, ${mode}: ${leftovers.what}`, async (test) => {
        await scene.leave(leftovers);
        await scene.losesNothing(test, async () => {
          await scene.host.daemon.start('--programming', mode);
          await settles(scene.host, wanted(mode, leftovers));
        });
        const addresses = await scene.host.namespace.run(
          'ip',
          '-4',
          '-o',
          'address',
          'show',
          'dev',
          'flannel.1',
        );
        assert.deepEqual(addresses.match(/inet \S+/g), [`inet ${OWN.network}.0/32`]);
      });
    }
  }
});

/** A host that flannel ran on, and another one on which it still does. */
class Scene {
  readonly host: Host;
  readonly #there: Host;
  readonly #program: FlowProgram;

  private constructor(lab: Lab, program: FlowProgram) {
    this.host = lab.host(1);
    this.#there = lab.host(2);
    this.#program = program;
  }

  static async set(lab: Lab): Promise<Scene> {
    for (const node of [OWN, PEER, UNUSED]) {
      await lab.etcd.put(leaseKey(node), leaseValue(node));
    }
    const scene = new Scene(lab, await FlowProgram.compile(lab.folder));
    await leaveOfFlannel(lab.host(2), 'v0.9', PEER, [OWN]);
    await lab.host(2).namespace.configure(...USED.map((address) => `address add ${address}/32 dev lo`));
    return scene;
  }

  /** Takes away what is there, and leaves that instead. */
  async leave({ version, remotes, upgraded = [] }: Leftovers): Promise<void> {
    const { namespace, daemon } = this.host;
    if ((await namespace.attempt('ip', ['link', 'show', 'flannel.1'])).status === 0) {
      await daemon.stop();
      await namespace.configure('link del flannel.1');
    }
    await leaveOfFlannel(this.host, version, OWN, remotes);
    await upgradeFlannel(this.host, upgraded);
    if (this.host.containers.length === 0) {
      await this.host.addContainers(1);
    }
  }

  async losesNothing(test: TestContext, work: () => Promise<void>): Promise<void> {
    const flows = await this.#send();
    try {
      await Promise.all(flows.map((flow) => flow.arrives()));
      await work();
      await delay(300);
    } finally {
      const results = await Promise.all(flows.map((flow) => flow.stop()));
      for (const result of results) {
        test.diagnostic(`${result.lost} of ${result.sent} lost`);
        assertWhole('taken over', result, 300);
      }
    }
  }

  async #send(): Promise<Flow[]> {
    const [container] = this.host.containers;
    const [first] = USED;
    assert.ok(container && first);
    const there = {
      from: container.namespace,
      to: this.#there.namespace,
      address: first,
      addresses: USED.length,
    };
    const back = { from: this.#there.namespace, to: container.namespace, address: container.address };
    const common = { rate: 2000 };
    return [
      await this.#program.start({ ...there, ...common }),
      await this.#program.start({ ...back, ...common }),
    ];
  }
}
