import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { receiveBlindly } from '../support/blind-receiver.ts';
import { FlowProgram, flowSkipReason } from '../support/flow.ts';
import { lineOf } from '../support/healing.ts';
import { type KernelState, settles, stateOf } from '../support/kernel-state.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { assertWhole } from '../support/lifetime-scene.ts';
import { leaseKey, leaseValue } from '../support/static-peer.ts';

const skip = labSkipReason() || flowSkipReason();

// A random claim could be the subnet of a lease that is put by hand: the range leaves those out.
const CONFIG =
  '{"Network":"10.5.0.0/16","SubnetMin":"10.5.10.0","SubnetMax":"10.5.20.0",' +
  '"Backend":{"Type":"vxlan","DirectRouting":true}}';

/** On the host's own link. */
const NEAR = { network: '10.5.77', mac: '02:00:00:00:77:01', publicIp: '10.99.0.12', used: ['10.5.77.1'] };
/** Behind a router, which is the host itself that has the address. */
const FAR = { network: '10.5.78', mac: '02:00:00:00:78:01', publicIp: '10.98.0.13', used: ['10.5.78.1'] };

const RATE = 2000;

/** The near host past the tunnel, the far one through it. */
const DIRECT: KernelState = {
  ...stateOf('eager', [FAR]),
  routes: ['10.5.77.0/24 via 10.99.0.12 dev eth0 proto 113', ...stateOf('eager', [FAR]).routes],
};
/** Both through the tunnel. */
const TUNNELLED = stateOf('eager', [NEAR, FAR]);

/** To the near host by way of the far one. */
const DETOUR = '10.99.0.12/32 via 10.99.0.13 dev eth0';

/** Of the underlay's routes nobody tells: they are looked at every ten seconds, and with any change that is told of. */
const DISTURBANCE = ['address add 192.0.2.7/24 dev flannel.1', 'address del 192.0.2.7/24 dev flannel.1'];

describe('DirectRouting', { skip }, () => {
  const lab = labForSuite({ hosts: 3, networkConfig: CONFIG });
  let program: FlowProgram;
  before(async () => {
    await raise(lab());
    program = await FlowProgram.compile(lab().folder);
  });

  /** Sends to the host during that work; nothing is lost. Gives how many packets were sent, and how many in the tunnel. */
  async function send(
    test: TestContext,
    number: number,
    work: () => Promise<void>,
  ): Promise<{ sent: number; tunnelled: number }> {
    const from = lab().host(1);
    const [container] = from.containers;
    assert.ok(container);
    const before = await tunnelled(from);
    const to = lab().host(number).namespace;
    const address = number === 2 ? '10.5.77.1' : '10.5.78.1';
    const flow = await program.start({ from: container.namespace, to, address, rate: RATE });
    await flow.arrives();
    await work();
    await delay(200);
    const result = await flow.stop();
    const counted = { sent: result.sent, tunnelled: (await tunnelled(from)) - before };
    test.diagnostic(
      `to host ${number}: ${result.lost} of ${result.sent} lost, ${counted.tunnelled} in the tunnel`,
    );
    assertWhole(`to host ${number}`, result, 200);
    return counted;
  }

  it('leads to a host on the same link past the tunnel, to one behind a router through it', async (test) => {
    const host = lab().host(1);
    await host.daemon.start('--programming', 'eager');
    await host.addContainers(1);
    await settles(host, DIRECT);
    const near = await send(test, 2, async () => undefined);
    assert.equal(near.tunnelled, 0);
    const far = await send(test, 3, async () => undefined);
    assert.equal(far.tunnelled, far.sent);
  });

  it("follows the host's own routes without a loss", async (test) => {
    const host = lab().host(1);
    const { sent, tunnelled: inTunnel } = await send(test, 2, async () => {
      await host.namespace.configure(`route add ${DETOUR}`, ...DISTURBANCE);
      await settles(host, TUNNELLED);
      await delay(200);
      await host.namespace.configure(`route del ${DETOUR}`, ...DISTURBANCE);
      await settles(host, DIRECT);
    });
    assert.ok(inTunnel > 0 && inTunnel < sent, `${inTunnel} of ${sent}`);
  });

  it('leaves nothing when a lease goes', async () => {
    const host = lab().host(1);
    await lab().etcd.delete(leaseKey(NEAR));
    await settles(host, stateOf('eager', [FAR]));
    await lab().etcd.put(leaseKey(NEAR), leaseValue(NEAR));
    await settles(host, DIRECT);
  });

  it('ends without a loss with another mode, which says that it has none', async (test) => {
    const { daemon } = lab().host(1);
    await send(test, 2, async () => {
      await daemon.stop();
      await daemon.start('--programming', 'lazy');
      await settles(lab().host(1), stateOf('lazy', [NEAR, { ...FAR, used: [] }]));
    });
    await lineOf(lab().host(1), /^warn Backend\.DirectRouting is served by --programming eager alone/, 0);
    await send(test, 2, async () => {
      await daemon.stop();
      await daemon.start('--programming', 'eager');
      await settles(lab().host(1), DIRECT);
    });
  });
});

async function raise(lab: Lab): Promise<void> {
  const [host, near, far] = lab.hosts;
  assert.ok(host && near && far);
  await receiveBlindly(near, { network: NEAR.network, macs: [NEAR.mac] });
  await receiveBlindly(far, { network: FAR.network, macs: [FAR.mac] });
  await far.namespace.configure(`address add ${FAR.publicIp}/32 dev lo`);
  await host.namespace.configure('route add 10.98.0.0/24 via 10.99.0.13 dev eth0');
  for (const lease of [NEAR, FAR]) {
    await lab.etcd.put(leaseKey(lease), leaseValue(lease));
  }
}

/** Packets that the tunnel device has sent. */
async function tunnelled({ namespace }: Host): Promise<number> {
  return Number(await namespace.run('cat', '/sys/class/net/flannel.1/statistics/tx_packets'));
}
