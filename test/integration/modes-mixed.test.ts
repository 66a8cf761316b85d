import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Host } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { ping } from '../../src/lab/ping.ts';
import { MODE_NAMES } from '../../src/overlay/modes.ts';
import { leaveOfFlannel } from '../support/flannel-leftovers.ts';
import { type RemoteEntries, settles, stateOf } from '../support/kernel-state.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { leaseKey, leaseValue, statsOf } from '../support/static-peer.ts';

/** As flannel makes them: a locally administered MAC (pkg/mac at HEAD). */
const FLANNEL = { network: '10.5.77', mac: '4e:12:9a:3f:77:01', publicIp: '10.99.0.14' };

describe('hosts in all modes, and one of flannel', { skip: labSkipReason() }, () => {
  const lab = labForSuite({ hosts: 4 });
  before(() => join(lab()));

  it('reach each other, from the first packet on, and hold what each needs', async () => {
    const { containers, hosts } = lab();
    const pairs = containers.flatMap((from) =>
      containers.filter((to) => to !== from).map((to) => [from, to] as const),
    );
    assert.equal(pairs.length, 12);
    for (const [from, to] of pairs) {
      const { roundTrips } = await ping(from, to.address, { count: 3, interval: 0.02, patience: 2 });
      assert.ok(
        roundTrips.every((time) => time !== undefined),
        `${from.name} to ${to.name}: ${roundTrips}`,
      );
    }
    const remotes = await Promise.all(hosts.map(remoteOf));
    for (const [index, mode] of MODE_NAMES.entries()) {
      const others = remotes.filter((_, other) => other !== index);
      await settles(lab().host(index + 1), stateOf(mode, others));
    }
  });
});

async function join(lab: Lab): Promise<void> {
  const [last, ...others] = lab.hosts.toReversed();
  assert.ok(last);
  await lab.etcd.put(leaseKey(FLANNEL), leaseValue(FLANNEL));
  await Promise.all(MODE_NAMES.map((mode, index) => lab.host(index + 1).daemon.start('--programming', mode)));
  await leaveOfFlannel(last, 'v0.9', FLANNEL, await Promise.all(others.map(remoteOf)));
  await lab.addContainers(1);
}

async function remoteOf(host: Host): Promise<RemoteEntries> {
  const used = host.containers.map(({ address }) => address);
  if (host.address === FLANNEL.publicIp) {
    return { ...FLANNEL, used };
  }
  const { lease, device } = await statsOf(host);
  assert.ok(lease !== null && device !== null);
  return { network: lease.subnet.replace(/\.0\/24$/, ''), mac: device.mac, publicIp: host.address, used };
}
