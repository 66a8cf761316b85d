import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { forwardingEntries } from '../../src/lab/kernel-view.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { ask } from '../../src/status/control-client.ts';
import { leaseRowSchema } from '../../src/status/lease-row.ts';
import { LEASES_PATH } from '../../src/status/paths.ts';
import { labFor, labSkipReason } from '../support/lab-fixture.ts';
import { leaseValue, StaticPeer, statsOf } from '../support/static-peer.ts';

const PREFIX = '/coreos.com/network/subnets';
const GOOD = { network: '10.5.77', mac: '02:00:00:00:77:01', publicIp: '10.99.0.12' };

/** Keys below `subnets/` that no lease can be, each with its value. */
function junk(ownSubnet: string): [string, string][] {
  const good = leaseValue({ network: '', mac: '02:00:00:00:99:01', publicIp: '10.99.0.99' });
  const [a, b, c] = ownSubnet.split('.');
  return [
    ['README', 'not a lease'],
    ['10.5.81.0-24', 'not JSON'],
    ['10.5.82.0-24', '{"PublicIP":"10.99.0.99","PublicIPv6":null,"BackendType":"vxlan","BackendData":null}'],
    ['10.77.0.0-24', good],
    [`${a}.${b}.${c}.128-25`, good],
    ['10.5.83.0-24', leaseValue({ network: '', mac: '00:00:00:00:00:00', publicIp: '10.99.0.99' })],
    ['10.5.84.0-24', leaseValue({ network: '', mac: '01:00:5e:00:00:01', publicIp: '10.99.0.99' })],
    ['10.5.85.0-99', good],
    ['deeper/10.5.86.0-24', good],
  ];
}

describe('junk beside the leases', { skip: labSkipReason() }, () => {
  it('is said once with its key, counted, and harms nothing else', async (test) => {
    const lab = await labFor(test, { hosts: 2 });
    const host = lab.host(1);
    await lab.etcd.put(`${PREFIX}X/10.5.99.0-24`, leaseValue(GOOD));
    await lab.etcd.put(`${PREFIX}/before-the-start`, 'junk that the first list meets');
    await host.daemon.start();
    const own = (await statsOf(host)).lease?.subnet ?? '';
    for (const [name, value] of junk(own)) {
      await lab.etcd.put(`${PREFIX}/${name}`, value);
    }
    await lab.etcd.put(`${PREFIX}/10.5.87.0-24`, '{"PublicIP":"10.99.0.98","BackendType":"host-gw"}');
    const peer = new StaticPeer(lab, lab.host(2), GOOD);
    await peer.raise(host);
    await peer.publish();

    await waitUntil('the good lease', async () => (await forwardingEntries(host)).length === 1);
    assert.equal((await host.namespace.attempt('ping', ['-c', '1', '-W', '1', '10.5.77.1'])).status, 0);
    const { mirror } = await statsOf(host);
    assert.deepEqual([mirror.junk, mirror.otherBackend, mirror.remote], [junk(own).length + 1, 1, 1]);
    const rows = await ask(host.daemon.controlSocket, { path: LEASES_PATH, schema: z.array(leaseRowSchema) });
    assert.deepEqual(
      rows.map(({ subnet, backend }) => [subnet, backend]),
      [
        ['10.5.77.0/24', 'vxlan'],
        ['10.5.87.0/24', 'host-gw'],
      ],
    );
    const log = readFileSync(host.daemon.logFile, 'utf8').split('\n');
    for (const [name] of [...junk(own), ['before-the-start']]) {
      const lines = log.filter((line) => line.includes(`${PREFIX}/${name}"`));
      assert.equal(lines.length, 1, `${name}: ${lines.join('\n')}`);
    }
  });
});
