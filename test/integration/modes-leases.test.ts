import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../../src/lab/lab.ts';
import { MODE_NAMES } from '../../src/overlay/modes.ts';
import { receiveBlindly } from '../support/blind-receiver.ts';
import { type Flow, FlowProgram, flowSkipReason } from '../support/flow.ts';
import { settles, stateOf } from '../support/kernel-state.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { assertWhole, figures } from '../support/lifetime-scene.ts';
import { leaseKey, leaseValue } from '../support/static-peer.ts';

const skip = labSkipReason() || flowSkipReason();

const MAC = '02:00:00:00:77:01';
const OTHER_MAC = '02:00:00:00:77:02';
const PUBLIC_IP = '10.99.0.12';
const OTHER_PUBLIC_IP = '10.99.0.112';

/** What the lease says in turn. */
const LEASE = { network: '10.5.77', mac: MAC, publicIp: PUBLIC_IP };
const CHANGES = [
  { what: 'another MAC', lease: { ...LEASE, mac: OTHER_MAC } },
  { what: 'another PublicIP', lease: { ...LEASE, mac: OTHER_MAC, publicIp: OTHER_PUBLIC_IP } },
  { what: 'both', lease: LEASE },
];

const USED = ['10.5.77.1', '10.5.77.2', '10.5.77.3'];

/** Traffic goes on for so long after a change was seen in the kernel. */
const AFTERWARDS_MS = 200;

describe('a remote lease, with traffic to its subnet,', { skip }, () => {
  const lab = labForSuite({ hosts: 2 });
  let program: FlowProgram;
  before(async () => {
    await receiveBlindly(lab().host(2), {
      network: LEASE.network,
      macs: [MAC, OTHER_MAC],
      alsoAt: [OTHER_PUBLIC_IP],
    });
    await lab().host(1).daemon.start();
    await lab().host(1).addContainers(1);
    program = await FlowProgram.compile(lab().folder);
  });

  for (const mode of MODE_NAMES) {
    it(`appears, changes and goes, and the kernel follows without a loss: ${mode}`, async (test) => {
      const host = lab().host(1);
      await host.daemon.stop();
      await host.daemon.start('--programming', mode);
      await settles(host, stateOf(mode, []));
      assert.notEqual((await host.namespace.attempt('ping', ['-c', '1', '-W', '1', '10.5.77.1'])).status, 0);
      await settles(host, stateOf(mode, []));

      await lab().etcd.put(leaseKey(LEASE), leaseValue(LEASE));
      await settles(host, stateOf(mode, [{ ...LEASE, used: [] }]));
      const flow = await send(lab(), program);
      await flow.arrives();
      await settles(host, stateOf(mode, [{ ...LEASE, used: USED }]));
      for (const { what, lease } of CHANGES) {
        await lab().etcd.put(leaseKey(lease), leaseValue(lease));
        const begin = performance.now();
        await settles(host, stateOf(mode, [{ ...lease, used: USED }]));
        test.diagnostic(`${what}: followed ${(performance.now() - begin).toFixed()} ms after etcd had it`);
        await delay(AFTERWARDS_MS);
      }
      const result = await flow.stop();
      test.diagnostic(figures(mode, result));
      assertWhole(mode, result, 500);

      await lab().etcd.delete(leaseKey(LEASE));
      await settles(host, stateOf(mode, []));
    });
  }
});

function send({ hosts }: Lab, program: FlowProgram): Promise<Flow> {
  const [from, to] = hosts;
  const [container] = from?.containers ?? [];
  const [address] = USED;
  assert.ok(container && to && address);
  return program.start({
    from: container.namespace,
    to: to.namespace,
    address,
    addresses: USED.length,
    rate: 3000,
  });
}
