import { parseIpv4 } from '../../src/net/ipv4.ts';
import { addressMessage } from '../../src/netlink/address/message.ts';
import {
  AF_BRIDGE,
  AF_INET,
  AF_UNSPEC,
  NFNL_SUBSYS_NFTABLES,
  NFT_MSG_GETCHAIN,
  NFT_MSG_NEWCHAIN,
  NLMSG_DONE,
  RT_TABLE_MAIN,
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
} from '../../src/netlink/constants.ts';
import { linkMessage } from '../../src/netlink/link/message.ts';
import type { Request } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { neighbourTableMessage } from '../../src/netlink/neighbour-table/message.ts';
import { netconfMessage } from '../../src/netlink/netconf/message.ts';
import { nftablesChainMessage } from '../../src/netlink/nftables-chain/message.ts';
import { routeMessage } from '../../src/netlink/route/message.ts';
import { MAC, VXLAN } from './netlink-capture-plan.ts';

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
