import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { copyFileOf } from '../../src/agent/stand-in.ts';
import type { Host } from '../../src/lab/host.ts';
import { forwardingEntries } from '../../src/lab/kernel-view.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { ping } from '../../src/lab/ping.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { labFor, labSkipReason } from '../support/lab-fixture.ts';
import { statsOf } from '../support/static-peer.ts';

describe('a daemon that is started while etcd is away', { skip: labSkipReason() }, () => {
  it('goes by the copy of the leases, says so, and by etcd when that is back', async (test) => {
    const lab = await labFor(test, { hosts: 2 });
    const host = await joined(lab);
    const { mac } = (await statsOf(host)).device ?? {};
    await stopWithEtcd(lab, host);
    // What was resolved before is of no help: neither entries nor device are there.
    await host.namespace.configure('link del flannel.1');

    await host.daemon.launch();
    const { device, mirror, ready } = await standing(host);
    assert.deepEqual([device?.mac, ready, mirror.standIn?.leases], [mac, false, 1]);
    assert.match(readFileSync(host.daemon.logFile, 'utf8'), /going by the copy of the leases/);
    const [from, to] = lab.containers;
    assert.ok(from && to);
    assert.notEqual((await ping(from, to.address, { count: 1 })).roundTrips[0], undefined);
    // The copy may be old: that it has no lease for an address says nothing.
    const { roundTrips } = await ping(from, '10.5.254.1', { count: 1, patience: 1 });
    assert.deepEqual(roundTrips, [undefined]);
    const { answered, noLease, held } = (await statsOf(host)).misses;
    assert.deepEqual([answered, noLease, held > 0], [1, 0, true]);

    await lab.etcd.start();
    await host.daemon.waitUntilReady();
    const after = await statsOf(host);
    assert.deepEqual([after.mirror.standIn, after.mirror.remote, after.misses.answered], [null, 1, 1]);
    assert.notEqual((await ping(from, to.address, { count: 1 })).roundTrips[0], undefined);
  });

  it('drops what is gone from etcd when that is back', async (test) => {
    const lab = await labFor(test, { hosts: 2 });
    const host = await joined(lab);
    const { lease } = await statsOf(lab.host(2));
    await lab.host(2).daemon.stop();
    await host.daemon.stop();
    await lab.etcd.delete(`/coreos.com/network/subnets/${lease?.subnet.replace('/', '-')}`);
    await lab.etcd.stop();
    await host.daemon.launch();
    await standing(host);
    assert.equal((await forwardingEntries(host)).length, 1);
    await lab.etcd.start();
    await host.daemon.waitUntilReady();
    await waitUntil('the removal', async () => (await forwardingEntries(host)).length === 0);
  });

  it('does not go by a copy that is not what was written', async (test) => {
    const lab = await labFor(test, { hosts: 2 });
    const host = await joined(lab);
    await stopWithEtcd(lab, host);
    const file = copyFileOf(host.daemon.controlSocket);
    writeFileSync(file, readFileSync(file, 'utf8').replace('10.99.0.12', '10.99.0.13'));
    await host.daemon.launch();
    const told = () => readFileSync(host.daemon.logFile, 'utf8').includes('its checksum does not fit');
    await waitUntil('a word about the copy', async () => told());
    const { mirror, device } = await statsOf(host);
    assert.deepEqual([mirror.standIn, device], [null, null]);
    await lab.etcd.start();
    await host.daemon.waitUntilReady();
  });
});

/** The first host, with both daemons running, a container on each, and the copy written. */
async function joined(lab: Lab): Promise<Host> {
  // The first host starts last, so that its first copy has the other lease already.
  for (const host of lab.hosts.toReversed()) {
    await host.daemon.start();
    await host.addContainers(1);
  }
  const host = lab.host(1);
  await waitUntil('the other lease in the copy', async () =>
    readFileSync(copyFileOf(host.daemon.controlSocket), 'utf8').includes(lab.host(2).address),
  );
  return host;
}

async function stopWithEtcd(lab: Lab, host: Host): Promise<void> {
  await host.daemon.stop();
  await lab.etcd.stop();
}

function standing(host: Host) {
  return waitUntil('a daemon that goes by its copy', async () => {
    const stats = await statsOf(host).catch(() => undefined);
    return stats !== undefined && stats.mirror.standIn !== null && stats;
  });
}
