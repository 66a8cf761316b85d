import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { lookUp } from '../../src/diagnosis/lookup.ts';
import type { Standing } from '../../src/diagnosis/standing.ts';
import { askForNeighbour } from '../../src/kernel/neighbours.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { modeOf } from '../../src/overlay/modes.ts';
import { MissDevice } from '../support/miss-device.ts';
import { enterNamespace } from '../support/netns.ts';
import { LEASE, NETWORK, standingOn } from '../support/standing.ts';

const skip = enterNamespace(import.meta.url);

const DEVICE = 'l3m-look';
const ADDRESS = parseIpv4('10.5.7.5');
const EAGER: Partial<Standing> = { mode: modeOf('eager') };

interface Trouble {
  readonly what: string;
  /** Commands, or what else makes it. */
  readonly harm: readonly string[];
  readonly found: RegExp;
  /** The mending command, where it has to be that one. */
  readonly mend?: string;
  readonly standing?: Partial<Standing>;
  readonly address?: string;
  /** What of the harm the mending command leaves. */
  readonly rest?: readonly string[];
}

const SUBNET_ROUTE = `ip route replace 10.5.7.0/24 via 10.5.7.0 dev ${DEVICE} proto 113 onlink`;

const BRIDGE_UP = 'ip link add cni0 up type bridge && ip address add 10.5.1.1/24 dev cni0';

const TROUBLES: readonly Trouble[] = [
  {
    what: 'a longer route that leads elsewhere',
    harm: ['ip route add 10.5.7.0/28 dev eth9'],
    found: /^its packets leave by eth9 \(route 10\.5\.7\.0\/28\), not by l3m-look$/,
  },
  {
    what: 'no route at all',
    harm: ['ip route del 10.5.0.0/16'],
    found: /^no route leads to it$/,
  },
  {
    what: 'no route of the overlay beside a default route',
    harm: ['ip route add default via 10.99.0.1 dev eth9', 'ip route del 10.5.0.0/16'],
    found: /^its packets leave by eth9 \(route 0\.0\.0\.0\/0\): the route to l3m-look is missing$/,
    rest: ['ip route del default'],
  },
  {
    what: 'an unreachable route inside the network',
    harm: ['ip route add unreachable 10.5.0.0/17'],
    found: /^the route unreachable 10\.5\.0\.0\/17 lets no packet pass$/,
  },
  {
    what: 'an unreachable default route instead of the own one',
    harm: ['ip route add unreachable default', 'ip route del 10.5.0.0/16'],
    found: /^no route leads to it$/,
    rest: ['ip route del unreachable default'],
  },
  {
    what: 'the address on this host',
    harm: ['ip address add 10.5.7.5/28 dev eth9'],
    found: /^this host has the address itself$/,
  },
  {
    what: 'a neighbour that failed',
    harm: [`ip neigh replace 10.5.7.5 dev ${DEVICE} nud failed`],
    found: /^the kernel has given 10\.5\.7\.5 up \(FAILED\)/,
  },
  {
    what: "somebody else's neighbour",
    harm: [`ip neigh replace 10.5.7.5 lladdr ${LEASE.mac} dev ${DEVICE} nud permanent`],
    found: /^the neighbour 10\.5\.7\.5 is not the agent's/,
  },
  {
    what: 'a neighbour with another MAC',
    harm: [`ip neigh replace 10.5.7.5 lladdr 02:00:00:00:00:99 dev ${DEVICE} nud permanent protocol 113`],
    found: /^10\.5\.7\.5 has the MAC 02:00:00:00:00:99 instead of 02:00:00:00:00:07$/,
    rest: [`ip neigh del 10.5.7.5 dev ${DEVICE}`],
  },
  {
    what: 'no forwarding entry',
    harm: [`bridge fdb del ${LEASE.mac} dev ${DEVICE} self`],
    found: /^02:00:00:00:00:07 has no forwarding entry/,
  },
  {
    what: 'a forwarding entry to another host',
    harm: [`bridge fdb replace ${LEASE.mac} dev ${DEVICE} dst 10.99.0.99 self permanent`],
    found: /^frames to 02:00:00:00:00:07 go to 10\.99\.0\.99 instead of to 10\.99\.0\.17$/,
  },
  {
    what: 'no route of the subnet in eager mode',
    harm: [
      'ip route del 10.5.0.0/16',
      `ip neigh replace 10.5.7.0 lladdr ${LEASE.mac} dev ${DEVICE} nud permanent protocol 113`,
    ],
    found: /^no route leads to it$/,
    standing: EAGER,
    rest: [`ip neigh del 10.5.7.0 dev ${DEVICE}`, 'ip route del 10.5.7.0/24', networkRoute()],
  },
  {
    what: 'a gateway without a neighbour in eager mode',
    harm: [SUBNET_ROUTE],
    found: /^the gateway 10\.5\.7\.0 of its route has no neighbour$/,
    standing: EAGER,
    rest: [`ip neigh del 10.5.7.0 dev ${DEVICE}`, 'ip route del 10.5.7.0/24'],
  },
  {
    what: "this host's own subnet on no interface",
    harm: ['ip link add cni0 type bridge', 'ip address add 10.5.1.1/24 dev cni0'],
    found: /^no interface of this host that is up has its own subnet: its packets leave by l3m-look /,
    address: '10.5.1.9',
    rest: ['ip link del cni0'],
  },
  {
    what: "this host's own subnet on a bridge that is up, without its route",
    harm: [BRIDGE_UP, 'ip route del 10.5.1.0/24 dev cni0'],
    found:
      /^the route 10\.5\.1\.0\/24 to cni0, which is up and has 10\.5\.1\.1, is missing: its packets leave by l3m-look /,
    mend: 'ip route replace 10.5.1.0/24 dev cni0 proto kernel scope link src 10.5.1.1',
    address: '10.5.1.9',
    rest: ['ip link del cni0'],
  },
  {
    what: "this host's own subnet on a bridge that is up, without any route",
    harm: [BRIDGE_UP, 'ip route del 10.5.1.0/24 dev cni0', 'ip route del 10.5.0.0/16'],
    found: /^the route 10\.5\.1\.0\/24 to cni0, .* is missing: nothing leads there$/,
    address: '10.5.1.9',
    standing: EAGER,
    rest: ['ip link del cni0', networkRoute()],
  },
  {
    what: "a bridge that is up with an address for one host of this host's own subnet",
    harm: ['ip link add cni0 up type bridge', 'ip address add 10.5.1.1/32 dev cni0'],
    found: /^no interface of this host that is up has its own subnet: /,
    address: '10.5.1.9',
    rest: ['ip link del cni0'],
  },
  {
    what: "a part of this host's own subnet behind the tunnel",
    harm: [BRIDGE_UP, `ip route add 10.5.1.0/28 dev ${DEVICE}`],
    found: /^its packets leave by l3m-look \(route 10\.5\.1\.0\/28\)$/,
    address: '10.5.1.9',
    rest: ['ip link del cni0'],
  },
  {
    what: "an unreachable route inside this host's own subnet",
    harm: [BRIDGE_UP, 'ip route add unreachable 10.5.1.0/28'],
    found: /^the route unreachable 10\.5\.1\.0\/28 lets no packet pass$/,
    address: '10.5.1.9',
    rest: ['ip link del cni0'],
  },
  {
    what: "this host's own subnet on no interface in eager mode",
    harm: ['ip route del 10.5.0.0/16'],
    found: /^no interface of this host that is up has its own subnet: nothing leads there$/,
    address: '10.5.1.9',
    standing: EAGER,
    rest: ['ip link del cni0', networkRoute()],
  },
  {
    what: "this host's own subnet on no interface beside a default route",
    harm: ['ip route add default via 10.99.0.1 dev eth9', 'ip route del 10.5.0.0/16'],
    found: /its own subnet: its packets leave by eth9 \(route 0\.0\.0\.0\/0\)$/,
    address: '10.5.1.9',
    standing: EAGER,
    rest: ['ip link del cni0', 'ip route del default', networkRoute()],
  },
];

function networkRoute(): string {
  return `ip route replace 10.5.0.0/16 dev ${DEVICE} proto 113 scope link`;
}

test('a lookup tells what is wrong with an address, and the command that mends it', { skip }, async (t) => {
  using device = new MissDevice(DEVICE, NETWORK, { id: 4090, port: 4090 });
  const { conversation: kernel, ifindex } = device;
  run(
    'ip link add eth9 type veth peer name eth8',
    'ip link set eth8 up',
    'ip link set eth9 up',
    'ip address add 10.99.0.11/24 dev eth9',
    `bridge fdb replace ${LEASE.mac} dev ${DEVICE} dst 10.99.0.17 self permanent`,
  );
  const look = (values: Partial<Standing> = {}, address = ADDRESS) =>
    lookUp({ kernel, standing: standingOn({ ifindex, name: DEVICE }, values), misses: () => [] }, address);
  assert.deepEqual(look().problems, [], 'before');

  for (const { what, harm, found, mend, standing, address, rest = [] } of TROUBLES) {
    await t.test(what, () => {
      const of = address === undefined ? ADDRESS : parseIpv4(address);
      run(...harm);
      const [problem, ...more] = look(standing, of).problems;
      assert.match(problem?.found ?? 'nothing', found);
      assert.deepEqual(more, []);
      assert.equal(problem?.mend, mend ?? problem?.mend);
      run(problem?.mend ?? 'false');
      assert.deepEqual(look(standing, of).problems, [], `mended by ${problem?.mend}`);
      run(...rest);
      assert.deepEqual(look().problems, [], 'as it was before');
    });
  }

  await t.test('a neighbour that waits for an answer, which is usual before the leases are listed', () => {
    kernel.request('ask', askForNeighbour(ifindex, ADDRESS));
    assert.match(look().problems[0]?.found ?? '', /^10\.5\.7\.5 waits for an answer \(INCOMPLETE\)$/);
    const unlisted = look({ listed: false }).problems.map(({ found }) => found);
    assert.deepEqual(unlisted, ['the leases are not listed yet: questions wait']);
    const standInWrittenAt = Date.UTC(2026, 0, 1);
    const standing = look({ listed: false, standInWrittenAt }).problems.map(({ found }) => found);
    assert.match(standing[0] ?? '', /^etcd is out of reach: .* of 2026-01-01T00:00:00\.000Z$/);
  });

  await t.test("the tunnel's own address, which is of this host's own subnet", () => {
    run(`ip address add 10.5.1.0/32 dev ${DEVICE}`);
    assert.deepEqual(look({}, parseIpv4('10.5.1.0')).problems, []);
    run(`ip address del 10.5.1.0/32 dev ${DEVICE}`);
  });

  await t.test('what the kernel holds, as it is', () => {
    run(`ip neigh replace 10.5.7.5 lladdr ${LEASE.mac} dev ${DEVICE} nud permanent protocol 113`);
    const { problems, decision: _, ...story } = look();
    assert.deepEqual(problems, []);
    assert.deepEqual(story, {
      address: '10.5.7.5',
      mode: 'lazy',
      relation: 'remote',
      lease: { subnet: '10.5.7.0/24', owner: '10.99.0.17', mac: LEASE.mac },
      route: { destination: '10.5.0.0/16', device: DEVICE, gateway: null, protocol: 113 },
      neighbour: { address: '10.5.7.5', mac: LEASE.mac, state: 'PERMANENT', ours: true },
      forwarding: { mac: LEASE.mac, endpoint: '10.99.0.17' },
      misses: [],
    });
    const nobody = look({}, parseIpv4('10.5.200.1'));
    assert.deepEqual([nobody.relation, nobody.problems.length, nobody.lease], ['nobody', 1, null]);
    const outside = look({}, parseIpv4('192.0.2.1'));
    assert.deepEqual([outside.relation, outside.problems, outside.route], ['outside', [], null]);
  });
});

function run(...commands: string[]): void {
  for (const command of commands) {
    execFileSync('sh', ['-ec', command], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}
