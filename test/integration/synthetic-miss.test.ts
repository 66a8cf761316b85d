import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { syntheticMiss } from '../../src/diagnosis/checks/synthetic-miss.ts';
import { DiagnosisFault } from '../../src/diagnosis/diagnosis-fault.ts';
import type { Ground } from '../../src/diagnosis/ground.ts';
import type { Standing } from '../../src/diagnosis/standing.ts';
import { setNeighbourParameters } from '../../src/kernel/neighbour-parameters.ts';
import { listNeighbours } from '../../src/kernel/neighbours.ts';
import { ResolverHandle } from '../../src/misses/resolver-handle.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { NUD_PERMANENT } from '../../src/netlink/constants.ts';
import { NEIGHBOUR_PARAMETERS } from '../../src/overlay/device-parameters.ts';
import { modeOf } from '../../src/overlay/modes.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { MissDevice } from '../support/miss-device.ts';
import { enterNamespace } from '../support/netns.ts';
import { LEASE, NETWORK, OWN_MAC, OWN_SUBNET, standingOn } from '../support/standing.ts';

const skip = enterNamespace(import.meta.url);

test('a synthetic miss tells whether the agent answers the kernel', { skip }, async (t) => {
  using device = new MissDevice('l3m-miss', NETWORK, { id: 4091, port: 4091 });
  const { conversation, ifindex } = device;
  const look = (values: Partial<Standing> = {}) =>
    syntheticMiss.look(groundOn(device, standingOn({ ifindex, name: 'l3m-miss' }, values)));

  await t.test('with nobody to answer it is bad, and leaves nothing behind', async () => {
    const { state, found } = await look();
    assert.match(
      found,
      /asked for 10\.5\.7\.255, and the agent did not answer within 1000 ms \(INCOMPLETE\)/,
    );
    assert.equal(state, 'bad');
    assert.deepEqual(listNeighbours(conversation, ifindex), []);
  });

  const resolver = new ResolverHandle({
    ifindex,
    network: NETWORK,
    ownSubnet: OWN_SUBNET,
    mode: modeOf('lazy'),
    maximum: 1000,
    idleTimeout: 0,
    onFailure: (fault) => assert.fail(fault),
  });
  t.after(() => resolver.stop());
  await resolver.apply([{ subnet: LEASE.subnet, mac: LEASE.mac, endpoint: LEASE.publicIp }], true);

  await t.test('with the resolver it is good, each time with an address of its own', async () => {
    for (const address of ['10.5.7.255', '10.5.7.254']) {
      const { state, found } = await look();
      assert.match(found, new RegExp(`asked for ${address}, and the agent answered within [\\d.]+ ms`));
      assert.equal(state, 'good');
    }
    const entries = listNeighbours(conversation, ifindex).map((one) => [one.destination, one.state, one.mac]);
    const expected = ['10.5.7.254', '10.5.7.255'].map((one) => [parseIpv4(one), NUD_PERMANENT, LEASE.mac]);
    assert.deepEqual(entries.toSorted(), expected);
  });

  await t.test('when the kernel asks nobody it is bad', async () => {
    const silent = { ...NEIGHBOUR_PARAMETERS, appProbes: 0 };
    conversation.request('ask nobody', setNeighbourParameters(ifindex, silent));
    assert.equal((await look()).state, 'bad');
    conversation.request('ask again', setNeighbourParameters(ifindex, NEIGHBOUR_PARAMETERS));
    assert.equal((await look()).state, 'good');
  });

  await t.test('an answer with the MAC of another lease is bad', async () => {
    const { state, found } = await look({ leases: [{ ...LEASE, mac: OWN_MAC }] });
    assert.match(found, /with the MAC 02:00:00:00:00:07 instead of 02:00:00:00:00:01/);
    assert.equal(state, 'bad');
  });

  await t.test('where nobody is asked there is nothing to find out', async () => {
    assert.equal((await look({ mode: modeOf('eager') })).state, 'good');
    assert.equal((await look({ leases: [] })).state, 'unknown');
    assert.equal((await look({ leases: [], listed: false })).state, 'unknown');
    assert.equal((await look({ tunnel: undefined })).state, 'unknown');
  });
});

/** Nothing but the kernel and the clock is needed here. */
function groundOn({ conversation: kernel }: MissDevice, standing: Standing): Ground {
  const none = (): never => {
    throw new DiagnosisFault('test', 'a use of what a synthetic miss does not need', 'none');
  };
  return {
    kernel,
    standing,
    store: new MemoryStore(new MemoryCluster(systemClock)),
    etcdEndpoints: [],
    clock: systemClock,
    withNetfilter: none,
    openEcho: none,
    reach: none,
  };
}
