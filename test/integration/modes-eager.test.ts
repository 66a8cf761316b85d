import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settles, stateOf } from '../support/kernel-state.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { leaseKey, leaseValue } from '../support/static-peer.ts';
import { TableMonitor } from '../support/table-monitor.ts';

const LEASE = { network: '10.5.77', mac: '02:00:00:00:77:01', publicIp: '10.99.0.77' };
/** The same host has another subnet. */
const SECOND = { ...LEASE, network: '10.5.78' };

const COMES = ['+ neighbour 10.5.77.0', `+ forwarding ${LEASE.mac}`, '+ route 10.5.77.0/24'];
const GOES = ['- route 10.5.77.0/24', `- forwarding ${LEASE.mac}`, '- neighbour 10.5.77.0'];

describe('eager', { skip: labSkipReason() }, () => {
  const lab = labForSuite({
    hosts: 1,
    daemonArguments: ['--programming', 'eager', '--removal-hold', '0'],
  });

  it('writes neighbour, forwarding entry and route when a lease appears, and removes them in reverse', async () => {
    const host = lab().host(1);
    await host.daemon.start();
    await settles(host, stateOf('eager', []));
    const monitor = await TableMonitor.start(host);
    await lab().etcd.put(leaseKey(LEASE), leaseValue(LEASE));
    await settles(host, stateOf('eager', [{ ...LEASE, used: [] }]));
    assert.deepEqual(changesOf(monitor), COMES);
    await lab().etcd.delete(leaseKey(LEASE));
    await settles(host, stateOf('eager', []));
    assert.deepEqual(changesOf(monitor), [...COMES, ...GOES]);
    await monitor.stop();
  });

  it('keeps the forwarding entry for as long as another subnet of the host needs it', async () => {
    const host = lab().host(1);
    const both = [LEASE, SECOND];
    for (const lease of both) {
      await lab().etcd.put(leaseKey(lease), leaseValue(lease));
    }
    const forwarding = [`${LEASE.mac} dst ${LEASE.publicIp} self permanent`];
    const state = (leases: typeof both) => ({
      ...stateOf(
        'eager',
        leases.map((lease) => ({ ...lease, used: [] })),
      ),
      forwarding,
    });
    await settles(host, state(both));
    await lab().etcd.delete(leaseKey(LEASE));
    await settles(host, state([SECOND]));
    await lab().etcd.delete(leaseKey(SECOND));
    await settles(host, stateOf('eager', []));
  });
});

function changesOf(monitor: TableMonitor): string[] {
  return monitor.lines().filter((line) => line.includes('10.5.77.') || line.includes(LEASE.mac));
}
