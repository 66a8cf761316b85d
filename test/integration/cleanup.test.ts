import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { copyFileOf } from '../../src/agent/stand-in.ts';
import { builtProgram } from '../../src/lab/daemon.ts';
import type { Host } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { labFor, labSkipReason } from '../support/lab-fixture.ts';
import { statsOf } from '../support/static-peer.ts';

describe('l3missd cleanup', { skip: labSkipReason() }, () => {
  it('refuses while the daemon runs, then removes what it made, and the lease when asked', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.daemon.start();
    const { lease, pid } = await statsOf(host);
    const key = `/coreos.com/network/subnets/${lease?.subnet.replace('/', '-')}`;

    const refusal = await cleanup(lab, host);
    assert.equal(refusal.status, 1);
    assert.match(refusal.stderr, new RegExp(`pid ${pid}`));
    const elsewhere = await cleanup(lab, host, '--control-socket', join(host.folder, 'other.sock'));
    assert.equal(elsewhere.status, 1, 'the device is locked, whatever the socket');
    assert.match(elsewhere.stderr, /flannel\.1/);
    assert.ok((await statsOf(host)).ready);

    await host.daemon.stop();
    assert.ok(
      existsSync(copyFileOf(host.daemon.controlSocket)),
      'written at the latest when the daemon ends',
    );
    const kept = await cleanup(lab, host);
    assert.equal(kept.status, 0, kept.stderr);
    assert.equal((await host.namespace.attempt('ip', ['link', 'show', 'flannel.1'])).status, 1);
    assert.equal((await host.namespace.run('ip', 'route', 'show', '10.5.0.0/16')).trim(), '');
    assert.ok(!existsSync(host.daemon.subnetFile));
    assert.ok(!existsSync(copyFileOf(host.daemon.controlSocket)));
    assert.ok((await lab.etcd.get(key)) !== undefined, 'the lease stays without --release');

    await host.daemon.start();
    assert.equal((await statsOf(host)).lease?.subnet, lease?.subnet, 'reused by PublicIP');
    await host.daemon.stop();
    assert.equal((await cleanup(lab, host)).status, 0);
    const begin = performance.now();
    const released = await cleanup(lab, host, '--release');
    assert.equal(released.status, 0, released.stderr);
    assert.ok(performance.now() - begin < 10_000, 'nothing holds it up after its work');
    assert.equal(await lab.etcd.get(key), undefined);
    assert.equal((await host.namespace.attempt('ip', ['link', 'show', 'flannel.1'])).status, 1);

    const again = await cleanup(lab, host, '--release');
    assert.equal(again.status, 0, 'nothing to do is no failure');
  });

  it('removes no file that is not a subnet file', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const precious = join(lab.folder, 'precious');
    writeFileSync(precious, 'not a subnet file');
    for (const path of [precious, lab.folder, '/dev/null']) {
      const outcome = await cleanup(lab, lab.host(1), '--subnet-file', path);
      assert.equal(outcome.status, 0, outcome.stderr);
      assert.ok(existsSync(path), path);
    }
  });

  it('is not needed for the device of an earlier VNI: the next start removes it', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.daemon.start();
    await host.daemon.stop();
    await lab.etcd.put(
      '/coreos.com/network/config',
      '{"Network":"10.6.0.0/16","Backend":{"Type":"vxlan","VNI":5}}',
    );
    await host.daemon.start();
    assert.equal((await host.namespace.attempt('ip', ['link', 'show', 'flannel.1'])).status, 1);
    const addresses = await host.namespace.run('ip', '-4', '-br', 'address', 'show', 'dev', 'flannel.5');
    assert.match(addresses.trimEnd(), /^flannel\.5 +\S+ +10\.6\.\d+\.0\/32$/);
  });

  it('leaves everything as it was when etcd is away and the lease was to be released', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.daemon.start();
    await host.daemon.stop();
    await lab.etcd.stop();
    const outcome = await cleanup(lab, host, '--release');
    assert.equal(outcome.status, 1);
    assert.match(outcome.stderr, /10\.99\.0\.1:2379/);
    await host.namespace.run('ip', 'link', 'show', 'flannel.1');
    assert.ok(existsSync(host.daemon.subnetFile));
  });
});

describe('a second daemon', { skip: labSkipReason() }, () => {
  it('is refused on the same device and on the same socket; a stale socket is replaced', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.daemon.start();
    const { pid } = await statsOf(host);
    const sameSocket = await second(lab, host, host.daemon.controlSocket);
    assert.equal(sameSocket.status, 1);
    assert.match(sameSocket.stderr, new RegExp(`pid ${pid}`));
    const sameDevice = await second(lab, host, join(host.folder, 'other.sock'));
    assert.equal(sameDevice.status, 1);
    assert.match(sameDevice.stderr, new RegExp(`flannel\\.1.*${pid}`));
    assert.ok((await statsOf(host)).ready, 'the first one goes on');

    host.daemon.process.kill('SIGKILL');
    await host.daemon.process.wait();
    assert.ok(existsSync(host.daemon.controlSocket), 'left behind by SIGKILL');
    await host.daemon.start();
  });
});

function cleanup(lab: Lab, host: Host, ...more: string[]) {
  const [program = '', ...args] = builtProgram();
  const files = ['--subnet-file', host.daemon.subnetFile, '--control-socket', host.daemon.controlSocket];
  const own = ['cleanup', '--etcd-endpoints', lab.etcd.endpoint, ...files];
  return host.namespace.attempt(program, [...args, ...own, ...more]);
}

function second(lab: Lab, host: Host, controlSocket: string) {
  const [program = '', ...args] = builtProgram();
  const files = ['--subnet-file', join(host.folder, 'second.env'), '--control-socket', controlSocket];
  return host.namespace.attempt(program, [
    ...args,
    'run',
    '-iface',
    'eth0',
    '-etcd-endpoints',
    lab.etcd.endpoint,
    ...files,
  ]);
}
