import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addAddress, listAddresses } from '../../src/kernel/addresses.ts';
import { listRoutes, replaceOnLinkRoute } from '../../src/kernel/routes.ts';
import { formatIpv4, parseIpv4 } from '../../src/net/ipv4.ts';
import { formatPrefix, parsePrefix } from '../../src/net/prefix.ts';
import {
  AF_INET,
  NLM_F_CREATE,
  RT_TABLE_MAIN,
  RTM_DELADDR,
  RTM_NEWROUTE,
  RTN_UNICAST,
  RTPROT_BOOT,
} from '../../src/netlink/constants.ts';
import { routeMessage } from '../../src/netlink/route/message.ts';
import { ensureAddressing } from '../../src/overlay/addressing.ts';
import { MODE_NAMES, type ModeName, modeOf } from '../../src/overlay/modes.ts';
import { OWN_PROTOCOL } from '../../src/overlay/ownership.ts';
import { fakeHost, macOf, NETWORK } from './fixture.ts';

const SUBNET = parsePrefix('10.5.1.0/24');

function addressedHost(mode: ModeName = 'lazy') {
  const host = fakeHost();
  const { ifindex } = host.kernel.links.add('flannel.1');
  const device = { ifindex, name: 'flannel.1', mac: macOf(1) };
  const ensure = (subnet = SUBNET) =>
    ensureAddressing(host.conversation, device, NETWORK, subnet, modeOf(mode), host.log);
  const addresses = () =>
    listAddresses(host.conversation).map(
      (one) => `${one.ifindex} ${formatIpv4(one.address)}/${one.prefixLength}`,
    );
  const routes = () =>
    listRoutes(host.conversation).map(
      (one) => `${one.ifindex} ${formatPrefix(one.destination)} ${one.protocol}`,
    );
  return { ...host, ifindex, ensure, addresses, routes };
}

test('the device gets its address and one route for the whole network', () => {
  const { kernel, ifindex, ensure, addresses, routes } = addressedHost();
  ensure();
  assert.deepEqual(addresses(), [`${ifindex} 10.5.1.0/32`]);
  assert.deepEqual(routes(), [`${ifindex} 10.5.0.0/16 ${OWN_PROTOCOL}`]);
  kernel.requests.splice(0);
  ensure();
  assert.equal(kernel.requests.length, 2, 'two dumps and no write');
});

test('an address of an earlier lease goes, others stay', () => {
  const { conversation, eth0, ifindex, ensure, addresses } = addressedHost();
  for (const [address, length] of [
    ['10.5.9.0', 32],
    ['10.5.1.0', 24],
    ['192.168.7.1', 24],
  ] as const) {
    conversation.request('add', addAddress(ifindex, parseIpv4(address), length));
  }
  conversation.request('add', addAddress(eth0, parseIpv4('10.5.9.1'), 24));
  ensure();
  assert.deepEqual(addresses().sort(), [
    `${eth0} 10.5.9.1/24`,
    `${ifindex} 10.5.1.0/32`,
    `${ifindex} 192.168.7.1/24`,
  ]);
});

test('an address as wide as the network goes only when a route of ours has taken the place of its own', () => {
  for (const mode of MODE_NAMES) {
    const { kernel, conversation, ifindex, ensure, addresses, routes } = addressedHost(mode);
    conversation.request('add', addAddress(ifindex, parseIpv4('10.5.1.0'), 16));
    kernel.requests.splice(0);
    ensure();
    assert.deepEqual(addresses(), [`${ifindex} 10.5.1.0/32`]);
    assert.deepEqual(routes(), [`${ifindex} 10.5.0.0/16 ${OWN_PROTOCOL}`]);
    const types = kernel.requests.map(({ type }) => type);
    assert.ok(types.indexOf(RTM_NEWROUTE) < types.indexOf(RTM_DELADDR), mode);
  }
});

test('a route of flannel for the network is replaced, its routes per lease stay until leases are known', () => {
  const { conversation, eth0, ifindex, ensure, routes } = addressedHost();
  const byGateway = (text: string, gateway: string, device: number) => {
    const { address: destination, length: destinationLength } = parsePrefix(text);
    const header = { family: AF_INET, destinationLength, table: RT_TABLE_MAIN, protocol: RTPROT_BOOT };
    return routeMessage.request(
      RTM_NEWROUTE,
      NLM_F_CREATE,
      { ...header, type: RTN_UNICAST },
      { destination, gateway: parseIpv4(gateway), outputInterface: device },
    );
  };
  conversation.request('flannel 0.8', replaceOnLinkRoute(ifindex, NETWORK, RTPROT_BOOT));
  conversation.request('flannel 0.9', byGateway('10.5.7.0/24', '10.5.7.0', ifindex));
  conversation.request('outside', byGateway('10.6.0.0/16', '10.5.7.0', ifindex));
  conversation.request('elsewhere', byGateway('10.5.8.0/24', '10.99.0.1', eth0));
  ensure();
  assert.deepEqual(routes().sort(), [
    `${eth0} 10.5.8.0/24 ${RTPROT_BOOT}`,
    `${ifindex} 10.5.0.0/16 ${OWN_PROTOCOL}`,
    `${ifindex} 10.5.7.0/24 ${RTPROT_BOOT}`,
    `${ifindex} 10.6.0.0/16 ${RTPROT_BOOT}`,
  ]);
});

test('another subnet takes the place of the first', () => {
  const { ifindex, ensure, addresses, log } = addressedHost();
  ensure();
  ensure(parsePrefix('10.5.2.0/24'));
  assert.deepEqual(addresses(), [`${ifindex} 10.5.2.0/32`]);
  assert.match(log.lines.join('\n'), /removing an address of an earlier lease .*10\.5\.1\.0\/32/);
});
