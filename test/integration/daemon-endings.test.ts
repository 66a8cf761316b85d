import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { unicastNeighbours } from '../../src/lab/kernel-view.ts';
import { ping } from '../../src/lab/ping.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { statsOf } from '../support/static-peer.ts';

describe('the end of the daemon', { skip: labSkipReason() }, () => {
  const lab = labForSuite({ hosts: 2, containers: 1 });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal}: within a second, exit 0, device, entries and lease stay`, async () => {
      const host = lab().host(1);
      const [from, to] = lab().containers;
      assert.ok(from && to);
      await ping(from, to.address, { count: 1 });
      const { lease } = await statsOf(host);
      const neighbours = await unicastNeighbours(host);
      assert.equal(neighbours.length, 1);

      const begin = performance.now();
      host.daemon.process.kill(signal);
      assert.deepEqual(await host.daemon.process.wait(), { status: 0, signal: null });
      assert.ok(performance.now() - begin < 1000, `${performance.now() - begin} ms`);

      assert.deepEqual(await unicastNeighbours(host), neighbours);
      const key = `/coreos.com/network/subnets/${lease?.subnet.replace('/', '-')}`;
      assert.ok((await lab().etcd.get(key)) !== undefined, 'the lease stays');
      assert.ok(existsSync(host.daemon.subnetFile), 'the subnet file stays');
      assert.ok(!existsSync(host.daemon.controlSocket), 'the control socket goes');
      assert.ok(
        (await ping(from, to.address, { count: 1 })).roundTrips[0] !== undefined,
        'packets still travel',
      );
      await host.daemon.start();
    });
  }

  it('a second signal ends it at once', async () => {
    const host = lab().host(1);
    const statuses: (number | null)[] = [];
    // Now and then it has ended by the first one before it hears of the second.
    for (let attempt = 0; attempt < 5 && !statuses.some((status) => (status ?? 0) > 128); attempt++) {
      // Stopped by SIGSTOP it gets both signals in one go.
      host.daemon.process.kill('SIGSTOP');
      host.daemon.process.kill('SIGTERM');
      host.daemon.process.kill('SIGINT');
      host.daemon.process.kill('SIGCONT');
      statuses.push((await host.daemon.process.wait()).status);
      await host.daemon.start();
    }
    assert.ok(
      statuses.every((status) => [0, 128 + 15, 128 + 2].includes(status ?? -1)),
      `exit statuses ${statuses}`,
    );
    assert.notEqual(statuses.at(-1), 0, 'the second one was never heard');
  });

  it('ends promptly while it waits for etcd', async () => {
    const host = lab().host(2);
    await host.daemon.stop();
    await host.daemon.launch('--etcd-endpoints', 'http://10.99.0.1:1');
    while (!readFileSync(host.daemon.logFile, 'utf8').includes('waiting for the network config')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const begin = performance.now();
    assert.deepEqual(await host.daemon.stop(), { status: 0, signal: null });
    assert.ok(performance.now() - begin < 1000, `${performance.now() - begin} ms`);
    await host.daemon.start();
  });
});
