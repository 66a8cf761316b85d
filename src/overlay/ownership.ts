import type { Neighbour } from '../kernel/neighbours.ts';
import type { Route } from '../kernel/routes.ts';
import { contains, covers, type Prefix } from '../net/prefix.ts';
import { NUD_DELAY, NUD_PERMANENT, NUD_PROBE, NUD_REACHABLE, NUD_STALE } from '../netlink/constants.ts';

/**
 * Our mark on neighbours (NDA_PROTOCOL), routes (rtm_protocol) and addresses (IFA_PROTO): a number that neither rtnetlink.h nor iproute2's
 * rt_protos gives to anybody. Forwarding entries cannot carry it: the vxlan driver drops the attribute.
 */
export const OWN_PROTOCOL = 113;

/** In which entries age that the kernel resolved, or was told of by an agent that let them age. */
const AGING = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;

/**
 * Ours, or flannel's from before us: its eager generation leaves PERMANENT entries without a mark for addresses of
 * the network (pkg/backend/vxlan/vxlan_network.go, v0.9.0 and later), its lazy one such as age (backend/vxlan/device.go,
 * v0.5 to v0.8): without traffic they stay as they are for ever, because the kernel collects none while there are few.
 */
export function isOwnNeighbour({ destination, state, protocol }: Neighbour, network: Prefix): boolean {
  return (
    protocol === OWN_PROTOCOL ||
    (protocol === 0 && (state & (NUD_PERMANENT | AGING)) !== 0 && contains(network, destination))
  );
}

/**
 * Ours, or flannel's from before us: a route on our device into the network, either network-wide without a gateway
 * (v0.5 to v0.8) or per lease through the subnet's own address (v0.9.0 and later).
 */
export function isOwnRoute(route: Route, ifindex: number, network: Prefix): boolean {
  return route.ifindex === ifindex && (route.protocol === OWN_PROTOCOL || covers(network, route.destination));
}
