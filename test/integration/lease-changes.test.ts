import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forwardingEntries, unicastNeighbours } from '../../src/lab/kernel-view.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { labFor, labSkipReason } from '../support/lab-fixture.ts';
import { leaseKey, StaticPeer, statsOf } from '../support/static-peer.ts';

const MAC = '02:00:00:00:77:01';
const PLAN = { network: '10.5.77', mac: MAC, publicIp: '10.99.0.12' };
describe('a remote lease', { skip: labSkipReason() }, () => {
  it('appears, changes its MAC, changes its PublicIP and goes; the kernel follows each time', async (test) => {
    const lab = await labFor(test, { hosts: 2 });
    const host = lab.host(1);
    await host.daemon.start();
    const peer = new StaticPeer(lab, lab.host(2), PLAN);
    await peer.raise(host);
    const reaches = async (address: string) =>
      (await host.namespace.attempt('ping', ['-c', '1', '-W', '1', address])).status === 0;
    const entries = async () => (await forwardingEntries(host)).map(({ mac, dst }) => `${mac} ${dst}`);

    assert.equal(await reaches('10.5.77.1'), false, 'without a lease nobody is there');
    await peer.publish();
    await waitUntil('the forwarding entry of the new lease', async () => (await entries()).length === 1);
    assert.deepEqual(await entries(), [`${MAC} 10.99.0.12`]);
    for (const last of [1, 2, 3]) {
      assert.ok(await reaches(`10.5.77.${last}`), `10.5.77.${last} answers`);
    }

    await peer.changeMac('02:00:00:00:77:02');
    await waitUntil('the old forwarding entry to go', async () => {
      const now = await entries();
      return now.length === 1 && now[0] === '02:00:00:00:77:02 10.99.0.12';
    });
    const neighbours = (await unicastNeighbours(host)).map(({ dst, lladdr, state }) => [
      dst,
      lladdr,
      ...state,
    ]);
    assert.deepEqual(
      neighbours,
      [1, 2, 3].map((last) => [`10.5.77.${last}`, '02:00:00:00:77:02', 'PERMANENT']),
      'the neighbours follow without a new miss',
    );
    assert.ok(await reaches('10.5.77.1'));
    assert.equal((await statsOf(host)).neighbours.rewritten, 3);

    await peer.changePublicIp('10.99.0.112');
    await waitUntil('the forwarding entry to follow', async () =>
      (await entries()).includes('02:00:00:00:77:02 10.99.0.112'),
    );
    assert.equal((await entries()).length, 1);
    assert.ok(await reaches('10.5.77.2'));

    await peer.withdraw();
    await waitUntil('the forwarding entry to go', async () => (await entries()).length === 0);
    assert.deepEqual(await unicastNeighbours(host), []);
    assert.equal(await reaches('10.5.77.1'), false);
  });

  it('follows what happened while the daemon was away, writing only the difference', async (test) => {
    const lab = await labFor(test, { hosts: 2 });
    const host = lab.host(1);
    await host.daemon.start();
    const peer = new StaticPeer(lab, lab.host(2), PLAN);
    await peer.raise(host);
    await peer.publish();
    const stays = { network: '10.5.78', mac: '02:00:00:00:78:01', publicIp: '10.99.0.78' };
    const goes = { network: '10.5.79', mac: '02:00:00:00:79:01', publicIp: '10.99.0.79' };
    await new StaticPeer(lab, lab.host(2), stays).publish();
    await new StaticPeer(lab, lab.host(2), goes).publish();
    await waitUntil('three forwarding entries', async () => (await forwardingEntries(host)).length === 3);
    await host.namespace.run('ping', '-c', '1', '-W', '1', '10.5.77.1');
    for (const address of ['10.5.78.1', '10.5.79.1']) {
      await host.namespace.attempt('ping', ['-c', '1', '-W', '0.1', address]);
    }
    await host.daemon.stop();

    await lab.etcd.delete(leaseKey(goes));
    await peer.changeMac('02:00:00:00:77:03');
    await host.namespace.configure(
      'neighbour add 10.5.200.9 lladdr 02:99:99:99:99:99 dev flannel.1 nud stale protocol zebra',
    );
    await host.daemon.start();

    const { forwarding, neighbours } = await statsOf(host);
    assert.deepEqual((await forwardingEntries(host)).map(({ mac }) => mac).sort(), [
      '02:00:00:00:77:03',
      '02:00:00:00:78:01',
    ]);
    assert.deepEqual(
      [forwarding.written, forwarding.removed],
      [1, 2],
      'the entry that was right is not written',
    );
    assert.deepEqual(
      (await unicastNeighbours(host)).map(({ dst, lladdr }) => [dst, lladdr]),
      [
        ['10.5.77.1', '02:00:00:00:77:03'],
        ['10.5.78.1', '02:00:00:00:78:01'],
        ['10.5.200.9', '02:99:99:99:99:99'],
      ],
      "somebody else's entry stays",
    );
    assert.deepEqual([neighbours.adopted, neighbours.rewritten, neighbours.removed], [1, 1, 1]);
  });
});
