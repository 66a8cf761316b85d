import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { builtProgram } from '../../src/lab/daemon.ts';
import type { Host } from '../../src/lab/host.ts';
import { labFor, labSkipReason } from '../support/lab-fixture.ts';
import { statsOf } from '../support/static-peer.ts';

const PARAMETERS = {
  app_solicit: '3',
  ucast_solicit: '0',
  mcast_solicit: '0',
  mcast_resolicit: '1073741824',
  delay_first_probe_time: '0',
  retrans_time_ms: '1000',
};

describe('the tunnel device', { skip: labSkipReason() }, () => {
  it('is what the design asks for', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.daemon.start();
    const details = await host.namespace.run('ip', '-d', 'link', 'show', 'flannel.1');
    assert.match(details, /mtu 1450 .*<|mtu 1450/);
    assert.match(details, /vxlan id 1 local 10\.99\.0\.11 dev eth0 .*dstport 8472 nolearning/);
    assert.match(details, /addrgenmode none/);
    for (const [name, value] of Object.entries(PARAMETERS)) {
      const path = `/proc/sys/net/ipv4/neigh/flannel.1/${name}`;
      assert.equal((await host.namespace.run('cat', path)).trim(), value, name);
    }
    assert.equal(
      (await host.namespace.run('cat', '/proc/sys/net/ipv4/conf/flannel.1/forwarding')).trim(),
      '1',
    );
    const { lease } = await statsOf(host);
    const addresses = await host.namespace.run('ip', '-4', '-br', 'address', 'show', 'dev', 'flannel.1');
    assert.match(addresses, new RegExp(`${lease?.subnet.replace(/\/.*/, '')}/32\\s*$`));
    const routes = await host.namespace.run('ip', 'route', 'show', 'dev', 'flannel.1');
    assert.deepEqual(
      routes
        .trim()
        .split('\n')
        .map((line) => line.trim()),
      ['10.5.0.0/16 proto 113 scope link'],
    );
  });

  it('takes VNI, port and MTU from the config', async (test) => {
    const networkConfig =
      '{"Network":"10.5.0.0/16","Backend":{"Type":"VXLAN","VNI":42,"Port":4789,"MTU":1400}}';
    const lab = await labFor(test, { hosts: 1, networkConfig });
    await lab.host(1).daemon.start();
    const details = await lab.host(1).namespace.run('ip', '-d', 'link', 'show', 'flannel.42');
    assert.match(details, /mtu 1350/);
    assert.match(details, /vxlan id 42 .*dstport 4789/);
  });

  it('is adopted when it fits, flannel’s leftovers with it', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.namespace.configure(
      'link add flannel.1 address 02:00:00:00:00:42 type vxlan id 1 local 10.99.0.11 dev eth0 dstport 8472 nolearning',
      'link set flannel.1 up',
      'address add 10.5.3.0/32 dev flannel.1',
      'route add 10.5.0.0/16 dev flannel.1',
      'neighbour add 10.5.7.0 lladdr 02:00:00:00:07:01 dev flannel.1 nud permanent',
      'route add 10.5.7.0/24 via 10.5.7.0 dev flannel.1 onlink',
      'neighbour add 192.0.2.1 lladdr 02:00:00:00:99:99 dev flannel.1 nud permanent',
    );
    const ifindex = await indexOf(host);
    await host.daemon.start();
    const { device, lease } = await statsOf(host);
    assert.deepEqual([device?.ifindex, device?.mac], [ifindex, '02:00:00:00:00:42']);
    const routes = (await host.namespace.run('ip', 'route', 'show', 'dev', 'flannel.1')).trim();
    assert.equal(routes, '10.5.0.0/16 proto 113 scope link');
    const addresses = await host.namespace.run('ip', '-4', '-br', 'address', 'show', 'dev', 'flannel.1');
    assert.doesNotMatch(addresses, lease?.subnet === '10.5.3.0/24' ? /never/ : /10\.5\.3\.0/);
    const neighbours = await host.namespace.run('ip', '-4', 'neighbour', 'show', 'dev', 'flannel.1');
    assert.match(
      neighbours,
      /^192\.0\.2\.1 .*PERMANENT\s*$/,
      "flannel's goes, the one outside the network stays",
    );
  });

  it('is rebuilt with its MAC when it does not fit', async (test) => {
    const lab = await labFor(test, { hosts: 1 });
    const host = lab.host(1);
    await host.namespace.configure(
      'link add flannel.1 address 02:00:00:00:00:42 type vxlan id 1 local 10.99.0.11 dev eth0 dstport 8472 learning l3miss',
    );
    const ifindex = await indexOf(host);
    await host.daemon.start();
    const { device } = await statsOf(host);
    assert.notEqual(device?.ifindex, ifindex);
    assert.equal(device?.mac, '02:00:00:00:00:42');
  });

  it('is made without starting another program', async (test) => {
    // With no PATH, `ip`, `bridge` or `sysctl` could not be found.
    const daemonProgram = ['/usr/bin/env', '-i', 'PATH=/nonexistent', ...builtProgram()];
    const lab = await labFor(test, { hosts: 1, daemonProgram });
    await lab.host(1).daemon.start();
    assert.ok((await statsOf(lab.host(1))).ready);
  });
});

async function indexOf(host: Host): Promise<number> {
  return Number(await host.namespace.run('cat', '/sys/class/net/flannel.1/ifindex'));
}
