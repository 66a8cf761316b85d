import { parseIpv4 } from '../../src/net/ipv4.ts';
import { addressMessage } from '../../src/netlink/address/message.ts';
import {
  AF_BRIDGE,
  AF_INET,
  AF_UNSPEC,
  NFNL_SUBSYS_NFTABLES,
  NFT_MSG_GETCHAIN,
  NFT_MSG_NEWCHAIN,
  NLM_F_CREATE,
  NLMSG_DONE,
  NUD_INCOMPLETE,
  NUD_PROBE,
  NUD_STALE,
  RT_TABLE_MAIN,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETNEIGHTBL,
  RTM_GETNETCONF,
  RTM_GETROUTE,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_NEWNEIGHTBL,
  RTM_NEWNETCONF,
  RTM_NEWROUTE,
  RTN_UNICAST,
} from '../../src/netlink/constants.ts';
import { linkMessage } from '../../src/netlink/link/message.ts';
import type { Request } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { neighbourTableMessage } from '../../src/netlink/neighbour-table/message.ts';
import { netconfMessage } from '../../src/netlink/netconf/message.ts';
import { nftablesChainMessage } from '../../src/netlink/nftables-chain/message.ts';
import { routeMessage } from '../../src/netlink/route/message.ts';

/**
 * The namespace that the samples are taken in. Interfaces: lo 1, peer 2, under 3; the requests make flannel.1 as 4 and
 * remove it, the reports make it anew as 5, the l2miss device is 6.
 */
export const SETUP = [
  'ip link set lo up',
  'ip link add under address 02:00:00:00:00:99 type veth peer name peer',
  'ip link set peer up && ip link set under up && ip address add 10.99.0.11/24 dev under',
];

const VXLAN = 'type vxlan id 1 local 10.99.0.11 dev under dstport 8472 nolearning';
const MAC = '02:00:00:00:00:07';

/** What iproute2 sends for what src/kernel asks for; `type` picks the message among its look-ups. */
export const REQUESTS = [
  {
    name: 'request-vxlan-add',
    command: `ip link add flannel.1 address 02:00:00:00:00:01 mtu 1450 ${VXLAN}`,
    type: RTM_NEWLINK,
  },
  {
    name: 'request-no-address-generation',
    command: 'ip link set flannel.1 addrgenmode none',
    type: RTM_NEWLINK,
  },
  { name: 'request-mtu', command: 'ip link set flannel.1 mtu 1400', type: RTM_NEWLINK },
  { name: 'request-up', command: 'ip link set flannel.1 up', type: RTM_NEWLINK },
  { name: 'request-address-add', command: 'ip address add 10.5.1.0/32 dev flannel.1', type: RTM_NEWADDR },
  {
    name: 'request-route-replace',
    command: 'ip route replace 10.5.0.0/16 dev flannel.1 scope link proto 113',
    type: RTM_NEWROUTE,
  },
  {
    name: 'request-neighbour-replace',
    command: `ip neigh replace 10.5.7.2 lladdr ${MAC} dev flannel.1 nud permanent protocol 113`,
    type: RTM_NEWNEIGH,
  },
  { name: 'request-neighbour-remove', command: 'ip neigh del 10.5.7.2 dev flannel.1', type: RTM_DELNEIGH },
  {
    name: 'request-forwarding-replace',
    command: `bridge fdb replace ${MAC} dev flannel.1 self permanent dst 10.99.0.12`,
    type: RTM_NEWNEIGH,
  },
  {
    name: 'request-forwarding-remove',
    command: `bridge fdb del ${MAC} dev flannel.1 self dst 10.99.0.12`,
    type: RTM_DELNEIGH,
  },
  { name: 'request-address-remove', command: 'ip address del 10.5.1.0/32 dev flannel.1', type: RTM_DELADDR },
  { name: 'request-link-remove', command: 'ip link del flannel.1', type: RTM_DELLINK },
];

interface Report {
  readonly name: string;
  readonly command: string;
  readonly socket: 'route' | 'netfilter';
  readonly dumped: string;
  readonly request: Request;
  matches(type: number, payload: Buffer): boolean;
}

function report(
  name: string,
  command: string,
  dumped: string,
  request: Request,
  matches: Report['matches'],
): Report {
  return { name, command, socket: dumped.includes('NFT') ? 'netfilter' : 'route', dumped, request, matches };
}

const neighbours = neighbourMessage.request(RTM_GETNEIGH, 0, { family: AF_INET }, {});

/** Made in order: `command`, then a dump with `request`, of which the first matching message is kept. */
export const REPORTS: readonly Report[] = [
  report(
    'link-vxlan',
    `ip link add flannel.1 address 02:00:00:00:00:01 mtu 1450 ${VXLAN} && ip link set flannel.1 addrgenmode none && ip link set flannel.1 up`,
    'dump of RTM_GETLINK',
    linkMessage.request(RTM_GETLINK, 0, { family: AF_UNSPEC }, {}),
    (type, payload) => type === RTM_NEWLINK && linkMessage.decode(payload).attributes.name === 'flannel.1',
  ),
  report(
    'address',
    'ip address add 10.5.1.0/32 dev flannel.1',
    'dump of RTM_GETADDR',
    addressMessage.request(RTM_GETADDR, 0, { family: AF_INET }, {}),
    (type, payload) =>
      type === RTM_NEWADDR && addressMessage.decode(payload).attributes.local === parseIpv4('10.5.1.0'),
  ),
  report(
    'route',
    'ip route add 10.5.0.0/16 dev flannel.1 scope link proto 113',
    'dump of RTM_GETROUTE',
    routeMessage.request(RTM_GETROUTE, 0, { family: AF_INET }, { table: RT_TABLE_MAIN }),
    (type, payload) => type === RTM_NEWROUTE && routeMessage.decode(payload).header.protocol === 113,
  ),
  report(
    'route-default',
    'ip route add default via 10.99.0.1 dev under metric 5 src 10.99.0.11',
    'dump of RTM_GETROUTE',
    routeMessage.request(RTM_GETROUTE, 0, { family: AF_INET }, { table: RT_TABLE_MAIN }),
    (type, payload) => type === RTM_NEWROUTE && routeMessage.decode(payload).header.destinationLength === 0,
  ),
  report(
    'neighbour',
    `ip neigh replace 10.5.7.2 lladdr ${MAC} dev flannel.1 nud permanent protocol 113`,
    'dump of RTM_GETNEIGH',
    neighbours,
    (type, payload) => type === RTM_NEWNEIGH && neighbourMessage.decode(payload).attributes.protocol === 113,
  ),
  report(
    'dump-done',
    'ip neigh show',
    'end of a dump of RTM_GETNEIGH',
    neighbours,
    (type) => type === NLMSG_DONE,
  ),
  report(
    'forwarding-entry',
    `bridge fdb replace ${MAC} dev flannel.1 self permanent dst 10.99.0.12`,
    'dump of RTM_GETNEIGH, AF_BRIDGE',
    neighbourMessage.request(RTM_GETNEIGH, 0, { family: AF_BRIDGE, ifindex: 5 }, {}),
    (type, payload) =>
      type === RTM_NEWNEIGH && neighbourMessage.decode(payload).attributes.linkLayerAddress === MAC,
  ),
  report(
    'neighbour-table',
    'sysctl -q -w net.ipv4.neigh.flannel/1.app_solicit=3 net.ipv4.neigh.flannel/1.mcast_solicit=0 net.ipv4.neigh.flannel/1.ucast_solicit=0 net.ipv4.neigh.flannel/1.mcast_resolicit=1000000 net.ipv4.neigh.flannel/1.delay_first_probe_time=0',
    'dump of RTM_GETNEIGHTBL',
    neighbourTableMessage.request(RTM_GETNEIGHTBL, 0, { family: AF_INET }, {}),
    (type, payload) =>
      type === RTM_NEWNEIGHTBL && neighbourTableMessage.decode(payload).attributes.parameters?.ifindex === 5,
  ),
  report(
    'netconf-all',
    'sysctl -q -w net.ipv4.ip_forward=1',
    'dump of RTM_GETNETCONF',
    netconfMessage.request(RTM_GETNETCONF, 0, { family: AF_INET }, {}),
    (type, payload) => type === RTM_NEWNETCONF && netconfMessage.decode(payload).attributes.ifindex === -1,
  ),
  report(
    'nftables-chain',
    "nft 'table ip filter { chain FORWARD { type filter hook forward priority -5; policy drop; }; }'",
    'dump of NFT_MSG_GETCHAIN',
    nftablesChainMessage.request((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETCHAIN, 0, {}, {}),
    (type) => type === ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWCHAIN),
  ),
];

const badGateway = routeMessage.request(
  RTM_NEWROUTE,
  NLM_F_CREATE,
  { family: AF_INET, destinationLength: 16, table: RT_TABLE_MAIN, protocol: 113, type: RTN_UNICAST },
  { destination: parseIpv4('10.9.0.0'), gateway: parseIpv4('10.77.0.1'), priority: 7 },
);
const badAttribute = addressMessage.request(
  RTM_NEWADDR,
  NLM_F_CREATE,
  { family: AF_INET, ifindex: 5, prefixLength: 32 },
  { address: parseIpv4('10.5.1.0'), local: Uint8Array.of(10, 5, 1) },
);

/** The answers to requests of ours. */
export const REFUSALS = [
  {
    name: 'acknowledgement',
    command: 'ip link set flannel.1 mtu 1450',
    capture: 'our own request, NETLINK_CAP_ACK and NETLINK_EXT_ACK on',
    capped: true,
    request: linkMessage.request(RTM_NEWLINK, 0, { ifindex: 5 }, { mtu: 1450 }),
  },
  {
    name: 'refusal-with-text',
    command: 'ip route add 10.9.0.0/16 via 10.77.0.1 metric 7 proto 113',
    capture: 'our own request, NETLINK_CAP_ACK and NETLINK_EXT_ACK on',
    capped: true,
    request: badGateway,
  },
  {
    name: 'refusal-with-text-uncapped',
    command: 'ip route add 10.9.0.0/16 via 10.77.0.1 metric 7 proto 113',
    capture: 'our own request, NETLINK_EXT_ACK on, NETLINK_CAP_ACK off',
    capped: false,
    request: badGateway,
  },
  {
    name: 'refusal-with-place',
    command: 'an RTM_NEWADDR whose second attribute, IFA_LOCAL, has three bytes',
    capture: 'our own request, NETLINK_CAP_ACK and NETLINK_EXT_ACK on',
    capped: true,
    request: badAttribute,
  },
];

const KNOCK = 'ping -c 1 -W 1 -q';

/** Messages of group RTNLGRP_NEIGH, by the state that they come in. */
export const NOTIFICATIONS = [
  { name: 'miss', command: `(${KNOCK} 10.5.7.3 >/dev/null || true) &`, state: NUD_INCOMPLETE },
  {
    name: 'question',
    command: `ip neigh replace 10.5.7.2 lladdr ${MAC} dev flannel.1 nud stale extern_learn protocol 113 && (${KNOCK} 10.5.7.2 >/dev/null || true) &`,
    state: NUD_PROBE,
  },
  {
    name: 'l2miss',
    command: `ip link add flannel.2 type vxlan id 2 local 10.99.0.11 dev under dstport 8473 nolearning l2miss && ip link set flannel.2 up && ip address add 10.6.1.0/32 dev flannel.2 && ip route add 10.6.0.0/16 dev flannel.2 && ip neigh add 10.6.7.2 lladdr 02:00:00:00:00:66 dev flannel.2 nud permanent && (${KNOCK} 10.6.7.2 >/dev/null || true) &`,
    state: NUD_STALE,
  },
];
