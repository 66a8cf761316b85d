import type { FilterInstruction } from '../../native-bindings/netlink-socket.ts';
import {
  AF_BRIDGE,
  NLMSG_ERROR,
  NUD_INCOMPLETE,
  NUD_PROBE,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
} from '../netlink/constants.ts';
import {
  assemble,
  DROP,
  equals8,
  equals16,
  equals32,
  goTo,
  hasAny16,
  load8,
  load16,
  load32,
  PASS,
} from './filter-program.ts';

/** Offsets into a message: of nlmsghdr, and of the ndmsg behind it. */
const TYPE_AT = 4;
const PORT_AT = 12;
const FAMILY_AT = 16;
const IFINDEX_AT = 20;
const STATE_AT = 24;

/**
 * Passes RTM_GETNEIGH of the interface in INCOMPLETE (a miss) or PROBE (a question about an entry in use), and
 * NLMSG_ERROR, which has no interface and also ends the reader's wait. The states keep out the notifications of the
 * vxlan device's own l2miss and l3miss, which come in STALE.
 *
 * Passes also what others write: neighbours of the interface unless one of the `ownPorts` wrote them, whose echo would
 * stand before misses (the kernel names the writer in nlmsg_pid, and nobody for its own changes); and all of its
 * forwarding entries, because the vxlan driver names nobody (drivers/net/vxlan/vxlan_core.c, vxlan_fdb_notify).
 */
export function missFilter(ifindex: number, ownPorts: readonly number[]): FilterInstruction[] {
  return assemble([
    load16(TYPE_AT),
    equals16(NLMSG_ERROR, PASS),
    load32(IFINDEX_AT),
    equals32(ifindex, undefined, DROP),
    load16(TYPE_AT),
    equals16(RTM_GETNEIGH, undefined, 'written'),
    load16(STATE_AT),
    hasAny16(NUD_INCOMPLETE | NUD_PROBE, PASS, DROP),
    { label: 'written' },
    equals16(RTM_NEWNEIGH, 'by others'),
    equals16(RTM_DELNEIGH, undefined, DROP),
    { label: 'by others' },
    load8(FAMILY_AT),
    equals8(AF_BRIDGE, PASS),
    load32(PORT_AT),
    equals32(0, DROP),
    ...ownPorts.map((port) => equals32(port, DROP)),
    goTo(PASS),
  ]);
}
