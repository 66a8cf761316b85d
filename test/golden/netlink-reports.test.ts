import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { decodeAcknowledgement } from '../../src/netlink/acknowledgement.ts';
import { addressMessage } from '../../src/netlink/address/message.ts';
import {
  AF_BRIDGE,
  AF_INET,
  IFF_UP,
  IN6_ADDR_GEN_MODE_NONE,
  NF_DROP,
  NF_INET_FORWARD,
  NFPROTO_IPV4,
  NLM_F_MULTI,
  NLMSG_DONE,
  NTF_SELF,
  NUD_NOARP,
  NUD_PERMANENT,
  RT_SCOPE_LINK,
  RT_TABLE_MAIN,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_NEWNEIGHTBL,
  RTM_NEWNETCONF,
  RTM_NEWROUTE,
  RTN_UNICAST,
  RTPROT_BOOT,
} from '../../src/netlink/constants.ts';
import { decodeAfSpec, reportedForwarding } from '../../src/netlink/link/af-spec.ts';
import { linkMessage } from '../../src/netlink/link/message.ts';
import { vxlanAttributes } from '../../src/netlink/link/vxlan.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { neighbourTableMessage } from '../../src/netlink/neighbour-table/message.ts';
import { netconfMessage } from '../../src/netlink/netconf/message.ts';
import { nftablesChainMessage } from '../../src/netlink/nftables-chain/message.ts';
import { routeMessage } from '../../src/netlink/route/message.ts';
import { decoded, frameOf, known } from './netlink-compare.ts';

// What the kernel said, and what was true when it said so: see the command in each sample, and SETUP in
// netlink-capture-plan.ts for the namespace around it.

const FLANNEL = 5;
const MAC = parseMac('02:00:00:00:00:07');
test('a neighbour', () => {
  const { header, attributes } = decoded('neighbour', RTM_NEWNEIGH, neighbourMessage, 'kernel');
  assert.deepEqual(header, {
    family: AF_INET,
    ifindex: FLANNEL,
    state: NUD_PERMANENT,
    flags: 0,
    type: RTN_UNICAST,
  });
  assert.equal(attributes.cacheInfo?.length, 16);
  assert.deepEqual(known(attributes, 'cacheInfo'), {
    destination: parseIpv4('10.5.7.2'),
    linkLayerAddress: MAC,
    probes: 0,
    protocol: 113,
  });
});

test('a forwarding entry', () => {
  const { header, attributes } = decoded('forwarding-entry', RTM_NEWNEIGH, neighbourMessage, 'kernel');
  // bridge(8) calls NOARP and PERMANENT together permanent.
  const state = NUD_NOARP | NUD_PERMANENT;
  assert.deepEqual(header, {
    family: AF_BRIDGE,
    ifindex: FLANNEL,
    state,
    flags: NTF_SELF,
    type: RTN_UNICAST,
  });
  assert.deepEqual(known(attributes, 'cacheInfo'), {
    linkLayerAddress: MAC,
    destination: parseIpv4('10.99.0.12'),
  });
});

test('an address', () => {
  const { header, attributes } = decoded('address', RTM_NEWADDR, addressMessage, 'kernel');
  assert.deepEqual(header, { family: AF_INET, prefixLength: 32, flags: 0x80, scope: 0, ifindex: FLANNEL });
  const address = parseIpv4('10.5.1.0');
  assert.deepEqual(known(attributes), { address, local: address, label: 'flannel.1', flags: 0x80 });
});

test('routes', () => {
  const onLink = decoded('route', RTM_NEWROUTE, routeMessage, 'kernel');
  assert.deepEqual(onLink.header, {
    family: AF_INET,
    destinationLength: 16,
    sourceLength: 0,
    tos: 0,
    table: RT_TABLE_MAIN,
    protocol: 113,
    scope: RT_SCOPE_LINK,
    type: RTN_UNICAST,
    flags: 0,
  });
  assert.deepEqual(onLink.attributes, {
    table: RT_TABLE_MAIN,
    destination: parseIpv4('10.5.0.0'),
    outputInterface: FLANNEL,
  });
  const byGateway = decoded('route-default', RTM_NEWROUTE, routeMessage, 'kernel');
  assert.equal(byGateway.header.destinationLength, 0);
  assert.equal(byGateway.header.protocol, RTPROT_BOOT);
  assert.deepEqual(byGateway.attributes, {
    table: RT_TABLE_MAIN,
    priority: 5,
    preferredSource: parseIpv4('10.99.0.11'),
    gateway: parseIpv4('10.99.0.1'),
    outputInterface: 3,
  });
});

test('a vxlan link', () => {
  const { header, attributes } = decoded('link-vxlan', RTM_NEWLINK, linkMessage, 'any');
  assert.equal(header.ifindex, FLANNEL);
  assert.equal(header.flags & IFF_UP, IFF_UP);
  assert.deepEqual(known(attributes, 'info', 'afSpec'), {
    name: 'flannel.1',
    transmitQueueLength: 1000,
    mtu: 1450,
    linkLayerAddress: '02:00:00:00:00:01',
  });
  assert.equal(attributes.info?.kind, 'vxlan');
  const data = Buffer.from(attributes.info?.data ?? []);
  assert.deepEqual(known(vxlanAttributes.read(data, 0, data.length)), {
    id: 1,
    link: 3,
    local: parseIpv4('10.99.0.11'),
    ttl: 0,
    tos: 0,
    learning: 0,
    ageing: 300,
    limit: 0,
    port: 8472,
    proxy: 0,
    rsc: 0,
    l2miss: 0,
    l3miss: 0,
    collectMetadata: 0,
  });
  const afSpec = decodeAfSpec(attributes.afSpec);
  assert.equal(reportedForwarding(afSpec), false);
  assert.equal(afSpec?.inet6?.addressGeneration, IN6_ADDR_GEN_MODE_NONE);
});

test('the neighbour parameters of an interface', () => {
  const { header, attributes } = decoded('neighbour-table', RTM_NEWNEIGHTBL, neighbourTableMessage, 'any');
  assert.deepEqual(header, { family: AF_INET });
  assert.equal(attributes.name, 'arp_cache');
  assert.deepEqual(known(attributes.parameters ?? {}), {
    ifindex: FLANNEL,
    appProbes: 3,
    ucastProbes: 0,
    mcastProbes: 0,
    mcastReprobes: 1_000_000,
    retransTime: 1000n,
    delayProbeTime: 0n,
  });
});

test('the settings of all interfaces', () => {
  const { header, attributes } = decoded('netconf-all', RTM_NEWNETCONF, netconfMessage, 'any');
  assert.deepEqual(header, { family: AF_INET });
  assert.deepEqual(known(attributes), { ifindex: -1, forwarding: 1 });
});

test('a forward chain that drops', () => {
  const { header, attributes } = decoded('nftables-chain', (10 << 8) | 3, nftablesChainMessage, 'any');
  assert.equal(header.family, NFPROTO_IPV4);
  assert.equal(header.version, 0);
  assert.deepEqual(known(attributes), {
    table: 'filter',
    name: 'FORWARD',
    hook: { number: NF_INET_FORWARD, priority: -5 },
    policy: NF_DROP,
    type: 'filter',
  });
});

test('the end of a dump', () => {
  const frame = frameOf('dump-done');
  assert.equal(frame.type, NLMSG_DONE);
  assert.equal(frame.flags & NLM_F_MULTI, NLM_F_MULTI);
  assert.deepEqual(decodeAcknowledgement(frame), { errno: 0 });
});
