import type { FilterInstruction } from '../../native-bindings/netlink-socket.ts';
import { maskOf, type Prefix } from '../net/prefix.ts';
import {
  NLMSG_ERROR,
  RTA_DST,
  RTA_OIF,
  RTM_DELROUTE,
  RTM_NEWNETCONF,
  RTM_NEWROUTE,
} from '../netlink/constants.ts';
import {
  assemble,
  DROP,
  equals16,
  equals32,
  equalsNetwork32,
  goTo,
  load16,
  load32,
  loadAttribute32,
  maskNetwork32,
  PASS,
} from './filter-program.ts';

/** Offsets into a message: nlmsg_type of nlmsghdr, and the interface, which is in the same place in ifinfomsg and ifaddrmsg. */
const TYPE_AT = 4;
const PORT_AT = 12;
const IFINDEX_AT = 20;
/** Behind rtmsg. */
const ROUTE_ATTRIBUTES_AT = 28;

/** What of the host is watched. */
export interface Watched {
  /** The tunnel device. */
  readonly ifindex: number;
  /** The interface that carries the tunnel; undefined while it is gone: then every interface is looked at. */
  readonly underlayIfindex: number | undefined;
  /**
   * Routes to it, or to a part of it, are looked at whatever interface they name: one that takes another's place is told of
   * as itself alone.
   */
  readonly network: Prefix;
  /** Sockets of the agent (nlmsg_pid) whose own routes are not told of. */
  readonly ownPorts: readonly number[];
}

/**
 * Passes what becomes of the tunnel device and its underlay: links, addresses, forwarding, and routes over the device
 * or to the network.
 * Neighbours and forwarding entries have a group of their own, which the miss socket hears already: a second listener
 * would cost the kernel a copy of each miss.
 */
export function changeFilter({ ifindex, underlayIfindex, network, ownPorts }: Watched): FilterInstruction[] {
  const links =
    underlayIfindex === undefined
      ? [goTo(PASS)]
      : [load32(IFINDEX_AT), equals32(ifindex, PASS), equals32(underlayIfindex, PASS, DROP)];
  return assemble([
    load16(TYPE_AT),
    equals16(NLMSG_ERROR, PASS),
    equals16(RTM_NEWNETCONF, PASS),
    equals16(RTM_NEWROUTE, 'route'),
    equals16(RTM_DELROUTE, 'route'),
    ...links,
    { label: 'route' },
    load32(PORT_AT),
    ...ownPorts.map((port) => equals32(port, DROP)),
    ...loadAttribute32(RTA_DST, ROUTE_ATTRIBUTES_AT, 'elsewhere'),
    maskNetwork32(maskOf(network.length)),
    equalsNetwork32(network.address, PASS),
    { label: 'elsewhere' },
    ...loadAttribute32(RTA_OIF, ROUTE_ATTRIBUTES_AT, DROP),
    equals32(ifindex, PASS, DROP),
  ]);
}
