import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { unicastNeighbours } from '../../src/lab/kernel-view.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { flowSkipReason } from '../support/flow.ts';
import { type Damage, lineOf, logOf, Patient } from '../support/healing.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { leaseKey, leaseValue, statsOf } from '../support/static-peer.ts';

const skip = labSkipReason() || flowSkipReason();

const ROUTE_BACK = /^warn put back .*the route 10\.5\.0\.0\/16 was missing/;

const DAMAGES: readonly Damage[] = [
  {
    what: 'the interface down and up again',
    harm: (patient) => patient.ip('link set flannel.1 down', 'link set flannel.1 up'),
    told: ROUTE_BACK,
    within: 400,
  },
  {
    what: 'the interface down',
    harm: (patient) => patient.ip('link set flannel.1 down'),
    told: /^warn put back .*flannel\.1 was down/,
    within: 400,
  },
  {
    what: 'its address removed',
    harm: (patient) => patient.ip('address flush dev flannel.1'),
    told: /^warn put back .*the address 10\.5\.\d+\.0\/32 was missing/,
    within: 400,
  },
  {
    what: 'its route removed',
    harm: (patient) => patient.ip('route del 10.5.0.0/16 dev flannel.1'),
    told: ROUTE_BACK,
    within: 400,
  },
  {
    what: 'its route replaced by one over another interface',
    harm: (patient) => patient.ip('route replace 10.5.0.0/16 via 10.99.0.1 dev eth0'),
    told: ROUTE_BACK,
    within: 700,
  },
  {
    what: 'its MAC changed',
    harm: (patient) => patient.ip('link set flannel.1 address 02:de:ad:be:ef:01'),
    told: /^warn put back .*the MAC was 02:de:ad:be:ef:01/,
    within: 400,
  },
  {
    what: 'its MTU changed',
    harm: (patient) => patient.ip('link set flannel.1 mtu 1000'),
    told: /^warn put back .*the MTU was 1000/,
    within: 0,
  },
  {
    what: 'the device deleted',
    harm: (patient) => patient.ip('link del flannel.1'),
    told: /^warn put back .*flannel\.1 was deleted/,
    within: 2500,
  },
  {
    what: 'its local address changed, for which it has to be made anew',
    harm: (patient) => patient.ip('link set flannel.1 type vxlan id 1 local 10.99.0.99'),
    told: /^warn put back .*local address is 10\.99\.0\.99 instead of 10\.99\.0\.11/,
    within: 2500,
  },
];

/** So long the daemon has to live with it: longer than any look of its takes. */
const USURPED_MS = 300;

const isHealed = (line: string) => line.includes('flannel.1 was deleted');

/** A lease whose host nobody has. */
const MOVING = { network: '10.5.0', publicIp: '10.99.0.99' };
/** Changes of it behind the healing. */
const MORE_CHANGES = 50;
const MOST_CHANGES = 5000;

/** Changes the lease's MAC as fast as etcd takes it, until that is true and a while longer. */
async function changeLease(lab: Lab, isEnough: () => boolean): Promise<{ last: string; changes: number }> {
  let [changes, last, left] = [0, '', MORE_CHANGES];
  while (left > 0 && changes < MOST_CHANGES) {
    changes += 1;
    last = `02:00:00:00:99:${(changes % 256).toString(16).padStart(2, '0')}`;
    await lab.etcd.put(leaseKey({ ...MOVING, mac: last }), leaseValue({ ...MOVING, mac: last }));
    left -= isEnough() ? 1 : 0;
  }
  return { last, changes };
}

describe('a tunnel device that somebody harms under traffic is healed:', { skip }, () => {
  const lab = labForSuite({ hosts: 2, containers: 1 });
  let patient: Patient;
  before(async () => {
    patient = await Patient.admit(lab());
  });

  for (const damage of DAMAGES) {
    it(damage.what, (test) => patient.suffer(test, damage));
  }

  it('replaced by one of another kind, which is left alone, and that one gone', async (test) => {
    await patient.suffer(test, {
      what: 'replaced by another kind',
      harm: async () => {
        const from = logOf(patient.host).length;
        // Else the daemon might make the device anew before the name is taken.
        patient.host.daemon.process.kill('SIGSTOP');
        await patient.ip('link del flannel.1', 'link add flannel.1 type bridge');
        patient.host.daemon.process.kill('SIGCONT');
        await lineOf(patient.host, /^warn could not put .*an interface of kind bridge has this name/, from);
        await new Promise((resolve) => setTimeout(resolve, USURPED_MS));
        assert.match(await patient.shell('ip -d link show flannel.1'), /bridge/, 'it is left alone');
        const told = logOf(patient.host).slice(from);
        assert.equal(told.filter((line) => line.includes('kind bridge')).length, 1, 'said once');
        await patient.ip('link del flannel.1');
      },
      told: /^warn put back .*flannel\.1 was deleted/,
      within: 5000,
    });
  });

  it('deleted while leases change, of which none is lost', async (test) => {
    await patient.suffer(test, {
      what: 'the device deleted while leases change',
      harm: async ({ host }) => {
        const from = logOf(host).length;
        const deleted = patient.ip('link del flannel.1');
        const { last, changes } = await changeLease(lab(), () => logOf(host).slice(from).some(isHealed));
        test.diagnostic(`${changes} changes of a lease`);
        await deleted;
        await waitUntil('the forwarding entry of the last change', async () => {
          const { stdout } = await host.namespace.attempt('bridge', ['fdb', 'show', 'dev', 'flannel.1']);
          return stdout.includes(`${last} dst 10.99.0.99`) && stdout.trim().split('\n').length === 2;
        });
        await lab().etcd.delete(leaseKey({ ...MOVING, mac: '' }));
      },
      told: /^warn put back .*flannel\.1 was deleted/,
      within: 2500,
    });
  });

  it('down and up: entries that nobody uses are known to be gone', async () => {
    const { host, there } = patient;
    const gateway = there.address.replace(/\d+$/, '1');
    await host.namespace.run('ping', '-c', '1', '-W', '2', gateway);
    const known = async () => (await statsOf(host)).neighbours.installed;
    assert.ok((await unicastNeighbours(host)).some(({ dst }) => dst === gateway));
    await patient.ip('link set flannel.1 down', 'link set flannel.1 up');
    await waitUntil('the count of neighbours to be that of the kernel', async () => {
      const held = await unicastNeighbours(host);
      return !held.some(({ dst }) => dst === gateway) && held.length === (await known());
    });
    assert.deepEqual((await statsOf(host)).misses.refused, {});
  });
});
