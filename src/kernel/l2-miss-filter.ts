import type { FilterInstruction } from '../../native-bindings/netlink-socket.ts';
import { NLMSG_ERROR, NUD_STALE, RTM_GETNEIGH } from '../netlink/constants.ts';
import { assemble, DROP, equals16, equals32, hasAny16, load16, load32, PASS } from './filter-program.ts';

/** Offsets into a message: of nlmsghdr, and of the ndmsg behind it. */
const TYPE_AT = 4;
const IFINDEX_AT = 20;
const STATE_AT = 24;

/**
 * Passes what the vxlan device tells of frames without a forwarding entry, and NLMSG_ERROR. Such a message looks like a
 * question about a neighbour (RTM_GETNEIGH with AF_INET), but in STALE, in which the neighbour table asks nothing
 * (drivers/net/vxlan/vxlan_core.c, vxlan_fdb_miss and vxlan_fdb_info).
 */
export function l2MissFilter(ifindex: number): FilterInstruction[] {
  return assemble([
    load16(TYPE_AT),
    equals16(NLMSG_ERROR, PASS),
    equals16(RTM_GETNEIGH, undefined, DROP),
    load32(IFINDEX_AT),
    equals32(ifindex, undefined, DROP),
    load16(STATE_AT),
    hasAny16(NUD_STALE, PASS, DROP),
  ]);
}
