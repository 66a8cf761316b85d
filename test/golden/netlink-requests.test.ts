import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addAddress, removeAddress } from '../../src/kernel/addresses.ts';
import { removeForwarding, replaceForwarding } from '../../src/kernel/forwarding.ts';
import { addVxlan, removeLink, setMtu, setNoAddressGeneration, setUp } from '../../src/kernel/links.ts';
import { removeNeighbour, replaceNeighbour } from '../../src/kernel/neighbours.ts';
import { replaceOnLinkRoute } from '../../src/kernel/routes.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { addressMessage } from '../../src/netlink/address/message.ts';
import { NLM_F_ACK, NLM_F_REQUEST, NUD_NOARP, NUD_PERMANENT } from '../../src/netlink/constants.ts';
import { linkMessage } from '../../src/netlink/link/message.ts';
import type { Request } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { routeMessage } from '../../src/netlink/route/message.ts';
import { type AnyCodec, attributeSet, frameOf, payloadOf } from './netlink-compare.ts';
import { sampleNames } from './netlink-samples.ts';

// What we ask the kernel for is what iproute2 asks for with the equivalent command. In the capture flannel.1 was
// interface 4 and its underlay 3.

const FLANNEL = 4;
const MAC = parseMac('02:00:00:00:00:07');
const NODE = parseIpv4('10.99.0.12');
const CONTAINER = parseIpv4('10.5.7.2');
const NETWORK = parsePrefix('10.5.0.0/16');
const SUBNET = parseIpv4('10.5.1.0');
const VXLAN = { id: 1, link: 3, local: parseIpv4('10.99.0.11'), port: 8472, learning: 0 };

interface Case {
  readonly codec: AnyCodec;
  readonly ours: Request;
  /** Where ours differs from iproute2's on purpose: fields of the fixed header. */
  readonly header?: Readonly<Record<string, number>>;
}

const CASES: Readonly<Record<string, Case>> = {
  'request-vxlan-add': {
    codec: linkMessage,
    ours: addVxlan('flannel.1', parseMac('02:00:00:00:00:01'), 1450, VXLAN),
  },
  'request-no-address-generation': { codec: linkMessage, ours: setNoAddressGeneration(FLANNEL) },
  'request-mtu': { codec: linkMessage, ours: setMtu(FLANNEL, 1400) },
  'request-up': { codec: linkMessage, ours: setUp(FLANNEL) },
  'request-link-remove': { codec: linkMessage, ours: removeLink(FLANNEL) },
  'request-address-add': { codec: addressMessage, ours: addAddress(FLANNEL, SUBNET, 32) },
  'request-address-remove': { codec: addressMessage, ours: removeAddress(FLANNEL, SUBNET, 32) },
  'request-route-replace': { codec: routeMessage, ours: replaceOnLinkRoute(FLANNEL, NETWORK, 113) },
  'request-neighbour-replace': {
    codec: neighbourMessage,
    ours: replaceNeighbour(FLANNEL, CONTAINER, MAC, 113),
    header: { type: 1 },
  },
  'request-neighbour-remove': {
    codec: neighbourMessage,
    ours: removeNeighbour(FLANNEL, CONTAINER),
    // The state of an entry that goes is of no use.
    header: { state: 0 },
  },
  'request-forwarding-replace': {
    codec: neighbourMessage,
    ours: replaceForwarding(FLANNEL, MAC, NODE),
    // The vxlan driver looks at PERMANENT alone; bridge(8) adds NOARP for the bridge's own table.
    header: { state: NUD_PERMANENT },
  },
  'request-forwarding-remove': {
    codec: neighbourMessage,
    ours: removeForwarding(FLANNEL, MAC),
    header: { state: 0 },
  },
};

for (const [name, { codec, ours, header = {} }] of Object.entries(CASES)) {
  test(`${name}: type, flags, header and attributes are those of iproute2`, () => {
    const theirs = frameOf(name);
    assert.equal(ours.type, theirs.type);
    assert.equal(ours.flags, theirs.flags & ~(NLM_F_REQUEST | NLM_F_ACK));
    const payload = payloadOf(ours);
    const wanted = { ...codec.decode(theirs.payload).header, ...header };
    assert.deepEqual(codec.decode(payload).header, wanted);
    const [, ...attributes] = attributeSet(codec, theirs.payload);
    assert.deepEqual(attributeSet(codec, payload).slice(1), attributes.map(withNul));
  });
}

/** iproute2 sends the kind of a link without the NUL that ends it elsewhere; the kernel takes both. */
function withNul(attribute: string): string {
  const kind = `18.1:${Buffer.from('vxlan').toString('hex')}`;
  return attribute === kind ? `${attribute}00` : attribute;
}

test('what iproute2 calls permanent in a forwarding entry is two bits', () => {
  const { header } = neighbourMessage.decode(frameOf('request-forwarding-replace').payload);
  assert.equal(header.state, NUD_PERMANENT | NUD_NOARP);
});

test('every captured request is compared', () => {
  const requests = sampleNames().filter((name) => name.startsWith('request-'));
  assert.deepEqual(Object.keys(CASES).sort(), requests);
});
