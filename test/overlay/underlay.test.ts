import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InterfaceAddress } from '../../src/kernel/addresses.ts';
import type { Link } from '../../src/kernel/links.ts';
import type { Route } from '../../src/kernel/routes.ts';
import { formatIpv4, parseIpv4 } from '../../src/net/ipv4.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_UNIVERSE } from '../../src/netlink/constants.ts';
import { OverlayFault } from '../../src/overlay/overlay-fault.ts';
import { chooseUnderlay, type HostView } from '../../src/overlay/underlay.ts';

function link(ifindex: number, name: string, mtu = 1500): Link {
  return {
    ifindex,
    name,
    mtu,
    mac: undefined,
    up: true,
    loopback: name === 'lo',
    kind: undefined,
    vxlan: undefined,
    forwarding: false,
    addressGeneration: 0,
  };
}

function address(
  ifindex: number,
  text: string,
  scope = RT_SCOPE_UNIVERSE,
  secondary = false,
): InterfaceAddress {
  return { ifindex, address: parseIpv4(text), prefixLength: 24, scope, secondary, protocol: 0 };
}

function route(destination: string, ifindex: number | undefined, priority = 0): Route {
  return {
    destination: parsePrefix(destination),
    ifindex,
    gateway: parseIpv4('10.99.0.1'),
    preferredSource: undefined,
    priority,
    protocol: 3,
    scope: RT_SCOPE_UNIVERSE,
  };
}

const HOST: HostView = {
  links: [
    link(1, 'lo', 65536),
    link(2, 'eth0'),
    link(3, 'eth1', 9000),
    link(4, 'bare'),
    link(5, 'zeroconf'),
    link(6, 'second'),
  ],
  addresses: [
    address(1, '127.0.0.1', RT_SCOPE_HOST),
    address(2, '169.254.0.9', RT_SCOPE_LINK),
    address(2, '10.99.0.20', RT_SCOPE_UNIVERSE, true),
    address(2, '10.99.0.11'),
    address(3, '10.88.0.11'),
    address(3, '10.88.0.12'),
    address(5, '169.254.0.5', RT_SCOPE_LINK),
    address(6, '10.77.0.2', RT_SCOPE_UNIVERSE, true),
  ],
  // The first default route counts, whatever its metric.
  routes: [route('10.99.0.0/24', 3), route('0.0.0.0/0', 2, 100), route('0.0.0.0/0', 3, 5)],
};

const CHOICES = [
  {
    why: 'without options the interface of the first default route',
    wanted: [],
    found: 'eth0 10.99.0.11 1500',
  },
  { why: 'a name, with its first primary address', wanted: ['eth1'], found: 'eth1 10.88.0.11 9000' },
  { why: 'an address, which is then used', wanted: ['10.88.0.12'], found: 'eth1 10.88.0.12 9000' },
  { why: 'a secondary address, when asked for', wanted: ['10.99.0.20'], found: 'eth0 10.99.0.20 1500' },
  {
    why: 'the first that exists',
    wanted: ['eth9', '10.1.1.1', 'eth1', 'eth0'],
    found: 'eth1 10.88.0.11 9000',
  },
  {
    why: 'a link-local address where there is no other',
    wanted: ['zeroconf'],
    found: 'zeroconf 169.254.0.5 1500',
  },
  { why: 'the owner of the public IP', wanted: [], publicIp: '10.88.0.12', found: 'eth1 10.88.0.12 9000' },
  { why: 'a secondary address where there is no other', wanted: ['second'], found: 'second 10.77.0.2 1500' },
  {
    why: 'the named interface also when the public IP is nobody’s here',
    wanted: ['eth1'],
    publicIp: '203.0.113.9',
    found: 'eth1 10.88.0.11 9000',
  },
] as const;

for (const { why, wanted, found, ...rest } of CHOICES) {
  test(`chosen is ${why}`, () => {
    const publicIp = 'publicIp' in rest ? parseIpv4(rest.publicIp) : undefined;
    const chosen = chooseUnderlay(HOST, wanted, publicIp);
    assert.equal(`${chosen.name} ${formatIpv4(chosen.address)} ${chosen.mtu}`, found);
    assert.equal(HOST.links.find(({ ifindex }) => ifindex === chosen.ifindex)?.name, chosen.name);
  });
}

function message(host: HostView, wanted: readonly string[], publicIp?: string): string {
  try {
    chooseUnderlay(host, wanted, publicIp === undefined ? undefined : parseIpv4(publicIp));
  } catch (error) {
    assert.ok(error instanceof OverlayFault);
    return error.message;
  }
  return 'nothing';
}

test('what cannot be chosen is a fault that names the option and what there is', () => {
  assert.equal(
    message(HOST, ['eth9', '10.1.1.1']),
    '--iface: no interface has the name or address eth9, 10.1.1.1; allowed: an address or one of lo, eth0, eth1, bare, zeroconf, second',
  );
  assert.equal(
    message(HOST, ['bare']),
    '--iface: bare has no IPv4 address; allowed: an interface with an IPv4 address',
  );
  assert.equal(
    message(HOST, [], '203.0.113.9'),
    '--public-ip: 203.0.113.9; allowed: an address of this host, or --iface beside it',
  );
  const none =
    '--iface: no default route to choose an interface by; allowed: the name or address of an interface';
  assert.equal(message({ ...HOST, routes: [] }, []), none);
  assert.equal(message({ ...HOST, routes: [route('0.0.0.0/0', undefined)] }, []), none);
});
