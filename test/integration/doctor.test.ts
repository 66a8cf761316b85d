import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { z } from 'zod';
import type { Host } from '../../src/lab/host.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { ask } from '../../src/status/control-client.ts';
import { type Finding, findingSchema } from '../../src/status/finding.ts';
import { kernelTablesSchema } from '../../src/status/kernel-tables.ts';
import { leaseRowSchema } from '../../src/status/lease-row.ts';
import { lookupSchema } from '../../src/status/lookup.ts';
import { DOCTOR_PATH, KERNEL_PATH, LEASES_PATH, LOOKUP_PATH } from '../../src/status/paths.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';
import { leaseKey, leaseValue, statsOf } from '../support/static-peer.ts';

/** What somebody does to the first host, and what the doctor says then. */
interface Fault {
  readonly what: string;
  readonly check: string;
  readonly harm: () => Promise<unknown>;
  readonly state: Finding['state'];
  readonly found: RegExp;
  /** What mends it where that is not a command of this host. */
  readonly mend?: () => Promise<unknown>;
}

/** Of other namespaces: how often its table was full since its start is the machine's history. */
const OF_THE_MACHINE = 'neighbour table';

describe('the doctor of a real daemon', { skip: labSkipReason() }, () => {
  const lab = labForSuite({ hosts: 2 });
  let host: Host;
  let peer: Host;

  before(async () => {
    [host, peer] = [lab().host(1), lab().host(2)];
    // The daemon puts forwarding back that is turned off while it runs, and keeps what it finds at its start.
    await shell('echo 0 > /proc/sys/net/ipv4/ip_forward');
    await lab().startDaemons();
  });

  const shell = (line: string, on = host) => on.namespace.run('sh', '-ec', line);

  /** Debian packs etcdctl apart from etcd: without it the key that the command names is deleted by other means. */
  const run = async (command: string, on: Host) => {
    const key = /^etcdctl .* del (\S+)$/.exec(command)?.[1];
    const { status } = await on.namespace.attempt('sh', ['-c', 'command -v etcdctl']);
    await (key === undefined || status === 0 ? shell(command, on) : lab().etcd.delete(key));
  };

  const examine = () =>
    ask(host.daemon.controlSocket, {
      path: DOCTOR_PATH,
      schema: z.array(findingSchema),
      timeLimit: 10_000,
    });

  const troubles = async () =>
    (await examine()).filter(({ check, state }) => state !== 'good' && check !== OF_THE_MACHINE);

  const faults: readonly Fault[] = [
    {
      what: 'forwarding off',
      check: 'host forwarding',
      harm: async () => undefined,
      state: 'bad',
      found: /ip_forward is off/,
    },
    {
      what: 'a policy that drops, as Docker sets it',
      check: 'forward policy',
      harm: () => shell('iptables-nft -P FORWARD DROP'),
      state: 'doubtful',
      found: /chain FORWARD of table ip filter drops/,
    },
    {
      what: 'a strict reverse path filter',
      check: 'reverse path filter',
      harm: () => shell('echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter'),
      state: 'doubtful',
      found: /strict on flannel\.1 and eth0/,
    },
    {
      what: 'an underlay too narrow for the tunnel',
      check: 'device MTU',
      harm: () => shell('ip link set eth0 mtu 1400'),
      state: 'bad',
      found: /flannel\.1 is 1450, for which eth0 needs 1500 and has 1400/,
      mend: () => shell('ip link set eth0 mtu 1500'),
    },
    {
      what: 'a switch that loses large packets',
      check: 'path MTU',
      harm: () => lab().switch.configure('link set h2 mtu 1400'),
      state: 'bad',
      found: /packets of 1450 bytes are lost on the way to 10\.99\.0\.12, and those of 1350 arrive/,
      mend: () => lab().switch.configure('link set h2 mtu 1500'),
    },
    {
      what: 'a way that is known to carry less',
      check: 'path MTU',
      harm: () => shell('ip route add 10.99.0.12/32 dev eth0 mtu 1420'),
      state: 'doubtful',
      found: /the way to 10\.99\.0\.12 carries 1420 bytes, and full packets of the tunnel have 1500/,
      mend: () => shell('ip route del 10.99.0.12/32'),
    },
    {
      what: 'ICMP errors that are rare',
      check: 'ICMP rate limit',
      harm: () => shell('echo 5000 > /proc/sys/net/ipv4/icmp_ratelimit'),
      state: 'doubtful',
      found: /one each 5000 ms/,
    },
    {
      what: 'two hosts with one PublicIP',
      check: 'PublicIPs and MACs',
      harm: () => publish({ network: '10.5.77', mac: '02:00:00:00:00:77', publicIp: '10.99.0.12' }),
      state: 'bad',
      found: /both have the PublicIP 10\.99\.0\.12$/,
    },
    {
      what: "another host with this host's MAC",
      check: 'PublicIPs and MACs',
      harm: async () => {
        const mac = (await statsOf(host)).device?.mac ?? '';
        await publish({ network: '10.5.77', mac, publicIp: '10.99.0.77' });
      },
      state: 'bad',
      found: /both have the MAC /,
    },
    {
      what: 'a firewall on the other host that drops the tunnel',
      check: 'UDP port',
      harm: () => shell('iptables -A INPUT -p udp -j DROP', peer),
      state: 'unknown',
      found: /10\.99\.0\.12 neither answered a ping through the tunnel nor refused UDP port 8472/,
    },
    {
      what: 'nobody on the UDP port of the other host',
      check: 'UDP port',
      harm: async () => {
        await peer.daemon.stop();
        await peer.namespace.configure('link del flannel.1');
      },
      state: 'bad',
      found: /nobody listens on UDP port 8472 of 10\.99\.0\.12/,
      mend: () => peer.daemon.start(),
    },
    {
      what: 'etcd stopped',
      check: 'etcd',
      harm: () => lab().etcd.stop(),
      state: 'bad',
      found: /does not answer/,
      mend: () => lab().etcd.start(),
    },
  ];

  const publish = (plan: Parameters<typeof leaseValue>[0]) =>
    lab().etcd.put(leaseKey(plan), leaseValue(plan));

  const question = <T>(path: string, schema: z.ZodType<T>) =>
    ask(host.daemon.controlSocket, { path, schema });

  it('lookup, leases and the kernel tables tell of one packet what the kernel holds', async () => {
    const { lease, device } = await statsOf(peer);
    const address = lease?.subnet.replace('/24', '') ?? '';
    const look = () => question(`${LOOKUP_PATH}?address=${address}`, lookupSchema);
    const before = await look();
    assert.deepEqual(
      [before.relation, before.neighbour, before.misses, before.problems],
      ['remote', null, [], []],
    );
    await shell(`ping -c 1 -W 2 ${address}`);

    const mac = device?.mac ?? '';
    const after = await look();
    assert.deepEqual(after.neighbour, { address, mac, state: 'PERMANENT', ours: true });
    assert.deepEqual(after.forwarding, { mac, endpoint: peer.address });
    assert.deepEqual(after.problems, []);
    const [miss, ...more] = after.misses;
    assert.deepEqual(
      [miss?.outcome, miss?.destination, miss?.subnet, more],
      ['answered', address, lease?.subnet, []],
    );

    const [row, ...others] = await question(LEASES_PATH, z.array(leaseRowSchema));
    const { expiresAt, ...rest } = row ?? { expiresAt: null };
    assert.deepEqual(
      [rest, others],
      [{ subnet: lease?.subnet, owner: peer.address, mac, backend: 'vxlan', neighbours: 1, misses: 1 }, []],
    );
    // etcd tells whole seconds of what is left.
    const difference = Date.parse(expiresAt ?? '') - Date.parse(lease?.expiresAt ?? '');
    assert.ok(Math.abs(difference) < 2500, `${difference} ms`);

    const { neighbours, sockets } = await question(KERNEL_PATH, kernelTablesSchema);
    assert.deepEqual(sockets, [{ name: 'misses', backlog: 0, drops: 0 }]);
    assert.equal(neighbours.own, 1);
    assert.ok(neighbours.entries >= neighbours.own && neighbours.hardLimit >= neighbours.softLimit);
  });

  for (const { what, check, harm, state, found, mend } of faults) {
    it(`finds ${what}, and nothing when that is mended`, async () => {
      await harm();
      const finding = (await examine()).find((one) => one.check === check);
      assert.equal(finding?.state, state, JSON.stringify(finding));
      assert.match(finding?.found ?? '', found);
      assert.ok(finding?.mend);
      // Whatever it does, it can be pasted as it is.
      assert.match(finding.mend, /^(etcdctl|ip|iptables|nft|sysctl|systemctl) /);
      await host.namespace.run('bash', '-nc', finding.mend);
      const on = finding.note?.includes(peer.address) ? peer : host;
      await (mend?.() ?? run(finding.mend, on));
      await waitUntil('nothing to be found', async () => (await troubles()).length === 0).catch(
        async (error) => {
          assert.deepEqual(await troubles(), []);
          throw error;
        },
      );
    });
  }

  it('finds changed neighbour parameters, with which a synthetic miss gets no answer', async () => {
    // The daemon puts them back too, within ten seconds, which may be now.
    const findings = await waitUntil('the finding', async () => {
      await shell(
        'cd /proc/sys/net/ipv4/neigh/flannel.1; echo 0 > app_solicit; echo 5 > delay_first_probe_time',
      );
      const found = (await troubles()).map(({ check, state, mend }) => ({ check, state, mend }));
      return found.length === 2 && found;
    });
    const [parameters, miss] = findings;
    assert.deepEqual(
      [parameters?.check, parameters?.state, miss?.check, miss?.state],
      ['neighbour parameters', 'bad', 'synthetic miss', 'bad'],
    );
    await shell(parameters?.mend ?? 'false');
    assert.deepEqual(await troubles(), []);
  });

  it('examines one at a time', async () => {
    const outcomes = await Promise.allSettled([examine(), examine()]);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 1, JSON.stringify(outcomes));
  });

  it('a daemon that goes by its copy of the leases says so', async () => {
    const { lease } = await statsOf(peer);
    const [address = ''] = lease?.subnet.split('/') ?? [];
    await host.daemon.stop();
    await lab().etcd.stop();
    await host.daemon.launch();
    const standIn = async () => (await statsOf(host)).mirror.standIn !== null;
    await waitUntil('the copy to stand in', standIn, { timeout: 20_000 });
    const { relation, problems } = await question(`${LOOKUP_PATH}?address=${address}`, lookupSchema);
    assert.equal(relation, 'remote');
    assert.match(
      problems[0]?.found ?? '',
      /^etcd is out of reach: the agent goes by the copy of the leases of /,
    );
    const [row] = await question(LEASES_PATH, z.array(leaseRowSchema));
    assert.deepEqual([row?.subnet, row?.expiresAt], [lease?.subnet, null]);
    const states = (await troubles()).map(({ check, state }) => [check, state]);
    assert.deepEqual(states, [
      ['PublicIPs and MACs', 'unknown'],
      ['clock', 'unknown'],
      ['etcd', 'bad'],
    ]);
  });
});
