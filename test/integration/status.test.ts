import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { builtProgram } from '../../src/lab/daemon.ts';
import type { Host } from '../../src/lab/host.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { statsSchema } from '../../src/status/stats.ts';
import { labFor, labSkipReason } from '../support/lab-fixture.ts';

const CONFIG = '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan"}}';

describe('the state of a real daemon', { skip: labSkipReason() }, () => {
  it('is told by /healthz and /readyz while it waits and when it is ready', async (test) => {
    const lab = await labFor(test, { hosts: 1, networkConfig: null });
    const host = lab.host(1);
    await host.daemon.launch('--healthz-ip', '127.0.0.1', '--healthz-port', '8081');
    await waitUntil('the health port', async () => (await get(host, '/healthz')).startsWith('200'));
    assert.equal(
      await get(host, '/readyz'),
      '503 l3missd is not ready yet: the device or its route is not up, the leases are not listed, the subnet file is not written',
    );
    const [program = '', ...args] = builtProgram();
    const waiting = await host.namespace.run(
      program,
      ...args,
      'stats',
      '--control-socket',
      host.daemon.controlSocket,
    );
    assert.match(waiting, /is not ready/);

    await lab.etcd.put('/coreos.com/network/config', CONFIG);
    await host.daemon.waitUntilReady();
    assert.equal(await get(host, '/healthz'), '200 l3missd is running');
    assert.equal(await get(host, '/readyz'), '200 l3missd is ready');

    // Without its underlay's address the daemon does not make the device anew.
    await host.namespace.configure(`address del ${host.address}/24 dev eth0`, 'link del flannel.1');
    await waitUntil('the end of readiness', async () => (await get(host, '/readyz')).startsWith('503'));
    assert.equal(
      await get(host, '/readyz'),
      '503 l3missd is not ready yet: the device or its route is not up',
    );
    await host.namespace.configure(`address add ${host.address}/24 dev eth0`);
    await waitUntil('readiness', async () => (await get(host, '/readyz')) === '200 l3missd is ready');
  });

  it('is told by l3missd stats, for people and as JSON, over a socket for its group', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.daemon.start();
    const [program = '', ...args] = builtProgram();
    const stats = ['stats', '--control-socket', host.daemon.controlSocket];
    const text = await host.namespace.run(program, ...args, ...stats);
    assert.ok(
      text.split('\n').every((line) => line.length <= 80),
      text,
    );
    assert.match(text, /is ready: pid \d+/);
    const { device, lease, pid } = statsSchema.parse(
      JSON.parse(await host.namespace.run(program, ...args, ...stats, '--json')),
    );
    assert.equal(pid, host.daemon.process.pid);
    assert.ok(text.includes(device?.mac ?? 'no MAC') && text.includes(lease?.subnet ?? 'no subnet'));
    assert.equal((await host.namespace.run('stat', '-c', '%a', host.daemon.controlSocket)).trim(), '660');
  });

  it('is written to the subnet file as flannel writes it', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.daemon.start();
    const { lease } = statsSchema.parse(await host.daemon.statistics());
    const gateway = lease?.subnet.replace('.0/24', '.1/24');
    assert.equal(
      await host.namespace.run('cat', host.daemon.subnetFile),
      `FLANNEL_NETWORK=10.5.0.0/16\nFLANNEL_SUBNET=${gateway}\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=false\n`,
    );
  });
});

/** Status and body, as a client in the host's namespace gets them; empty when nobody listens. */
async function get(host: Host, path: string): Promise<string> {
  const script = `fetch('http://127.0.0.1:8081${path}').then(async (r) => console.log(r.status, await r.text()))`;
  const { stdout } = await host.namespace.attempt(process.execPath, ['-e', script]);
  return stdout.trim();
}
