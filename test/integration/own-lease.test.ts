import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { labFor, labSkipReason } from '../support/lab-fixture.ts';
import { leaseValue, statsOf } from '../support/static-peer.ts';

describe("the host's own lease", { skip: labSkipReason() }, () => {
  it('is claimed again, the same subnet, when its key vanishes', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.daemon.start();
    const key = await ownKey(host);
    const before = await lab.etcd.get(key);
    await lab.etcd.delete(key);
    await waitUntil('the key to be back', async () => (await lab.etcd.get(key)) !== undefined);
    assert.equal((await lab.etcd.get(key))?.value, before?.value);
    await waitUntil('the count', async () => (await statsOf(host)).lease?.reclaims === 1);
    assert.ok(host.daemon.process.running);
  });

  it('makes the daemon exit 1 and name the holder, when another host uses our PublicIP', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.daemon.start();
    const thief = { network: '', mac: '02:de:ad:be:ef:01', publicIp: host.address };
    await lab.etcd.put(await ownKey(host), leaseValue(thief));
    assert.deepEqual(await host.daemon.process.wait(), { status: 1, signal: null });
    const line = lastLine(host.daemon.logFile);
    assert.match(line, /02:de:ad:be:ef:01/);
    assert.match(line, new RegExp(host.address));
    assert.doesNotMatch(line, /\bat .*\.js:/);
  });

  it('is the same after a restart, also when the lease ended meanwhile', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.daemon.start();
    const key = await ownKey(host);
    await host.daemon.stop();
    await lab.etcd.delete(key);
    await host.daemon.start();
    assert.equal(await ownKey(host), key, 'the subnet file names the previous subnet');
  });

  it('ends after 24 hours', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    await lab.host(1).daemon.start();
    const { lease } = await statsOf(lab.host(1));
    const hours = (Date.parse(lease?.expiresAt ?? '') - Date.now()) / 3_600_000;
    assert.ok(hours > 23.9 && hours <= 24, `${hours} hours`);
  });
});

async function ownKey(host: Parameters<typeof statsOf>[0]): Promise<string> {
  return `/coreos.com/network/subnets/${(await statsOf(host)).lease?.subnet.replace('/', '-')}`;
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
}
