import { parseIpv4 } from '../../src/net/ipv4.ts';
import { addressMessage } from '../../src/netlink/address/message.ts';
import {
  AF_INET,
  NLM_F_CREATE,
  NUD_INCOMPLETE,
  NUD_PROBE,
  NUD_STALE,
  RT_TABLE_MAIN,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTN_UNICAST,
} from '../../src/netlink/constants.ts';
import { linkMessage } from '../../src/netlink/link/message.ts';
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

/** How the tunnel device is made. */
export const VXLAN = 'type vxlan id 1 local 10.99.0.11 dev under dstport 8472 nolearning';
export const MAC = '02:00:00:00:00:07';

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
    command: `bridge fdb del ${MAC} dev flannel.1 self`,
    type: RTM_DELNEIGH,
  },
  { name: 'request-address-remove', command: 'ip address del 10.5.1.0/32 dev flannel.1', type: RTM_DELADDR },
  { name: 'request-link-remove', command: 'ip link del flannel.1', type: RTM_DELLINK },
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
