import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forwardingEntries, unicastNeighbours } from '../../src/lab/kernel-view.ts';
import { ping } from '../../src/lab/ping.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { statsOf } from '../support/static-peer.ts';

describe('two hosts with two containers each', { skip: labSkipReason() }, () => {
  const lab = labForSuite({ hosts: 2, containers: 2 });

  it('have no neighbour before a packet was sent', async () => {
    for (const host of lab().hosts) {
      assert.deepEqual(await unicastNeighbours(host), []);
    }
  });

  it('publish their lease byte for byte as flannel does', async () => {
    for (const host of lab().hosts) {
      const { device, lease } = await statsOf(host);
      const key = `/coreos.com/network/subnets/${lease?.subnet.replace('/', '-')}`;
      assert.equal(
        (await lab().etcd.get(key))?.value,
        `{"PublicIP":"${host.address}","PublicIPv6":null,"BackendType":"vxlan",` +
          `"BackendData":{"VNI":1,"VtepMAC":"${device?.mac}"}}`,
      );
    }
  });

  it('carry the first ping, and hold exactly the destinations that were sent to', async () => {
    const [from, other, to, unused] = lab().containers;
    assert.ok(from && other && to && unused);
    const { roundTrips } = await ping(from, to.address);
    assert.ok(
      roundTrips.every((time) => time !== undefined),
      `round trips ${roundTrips}`,
    );

    const here = await unicastNeighbours(lab().host(1));
    const there = await unicastNeighbours(lab().host(2));
    assert.deepEqual(
      here.map(({ dst, state }) => [dst, ...state]),
      [[to.address, 'PERMANENT']],
    );
    assert.deepEqual(
      there.map(({ dst, state }) => [dst, ...state]),
      [[from.address, 'PERMANENT']],
    );
    assert.equal(here[0]?.lladdr, (await statsOf(lab().host(2))).device?.mac);
    assert.equal((await statsOf(lab().host(1))).misses.answered, 1);
    const marked = await lab().host(1).namespace.run('ip', '-4', 'neighbour', 'show', 'dev', 'flannel.1');
    assert.match(marked, /proto 113/, 'the entry carries our mark');
  });

  it('make an entry in use whole again that somebody made stale', async () => {
    const [from, , to] = lab().containers;
    assert.ok(from && to);
    const host = lab().host(1);
    const [entry] = await unicastNeighbours(host);
    await host.namespace.configure(
      `neighbour replace ${to.address} lladdr ${entry?.lladdr} dev flannel.1 nud stale`,
    );
    const { roundTrips } = await ping(from, to.address, { count: 5 });
    assert.ok(
      roundTrips.every((time) => time !== undefined),
      `round trips ${roundTrips}`,
    );
    const [now] = await unicastNeighbours(host);
    assert.deepEqual(
      [now?.dst, now?.lladdr, ...(now?.state ?? [])],
      [to.address, entry?.lladdr, 'PERMANENT'],
    );
    // By a comparison, or by the answer to the question that the first packet brought.
    const { neighbours, misses } = await statsOf(host);
    assert.ok(neighbours.mended + misses.refreshed >= 1, JSON.stringify({ neighbours, misses }));
  });

  it('hold one forwarding entry for the other host, before and after', async () => {
    const peer = lab().host(2);
    const [entry, ...more] = await forwardingEntries(lab().host(1));
    assert.deepEqual(more, []);
    assert.deepEqual([entry?.dst, entry?.mac], [peer.address, (await statsOf(peer)).device?.mac]);
  });

  it('carry large packets up to the MTU of the subnet file', async () => {
    const [from, , to] = lab().containers;
    assert.ok(from && to);
    const whole = await from.namespace.attempt('ping', ['-c', '1', '-M', 'do', '-s', '1422', to.address]);
    assert.equal(whole.status, 0, whole.stdout);
    const larger = await from.namespace.attempt('ping', ['-c', '1', '-M', 'do', '-s', '1423', to.address]);
    assert.notEqual(larger.status, 0);
  });

  it('tell a sender at once that no lease covers an address', async () => {
    const host = lab().host(1);
    const before = await statsOf(host);
    const begin = performance.now();
    const outcome = await host.namespace.attempt('ping', ['-c', '1', '-W', '5', '10.5.255.254']);
    assert.match(outcome.stdout, /Destination Host Unreachable/);
    // The kernel alone takes three seconds; starting ping takes some milliseconds.
    assert.ok(performance.now() - begin < 1500, `${performance.now() - begin} ms`);
    assert.equal((await statsOf(host)).misses.noLease, before.misses.noLease + 1);
    assert.ok((await unicastNeighbours(host)).every(({ dst }) => dst !== '10.5.255.254'));
    const log = await host.namespace.run('cat', host.daemon.logFile);
    assert.equal(log.split('\n').filter((line) => line.includes('"10.5.255.254"')).length, 1, 'said once');
  });
});
