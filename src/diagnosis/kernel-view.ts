import type { Conversation } from '../kernel/conversation.ts';
import { type ForwardingEntry, findForwarding } from '../kernel/forwarding.ts';
import { listLinks } from '../kernel/links.ts';
import { findNeighbour, type Neighbour } from '../kernel/neighbours.ts';
import { findRoute, type RouteMatch } from '../kernel/route-lookup.ts';
import type { Lease } from '../leases/lease.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Standing } from './standing.ts';

/** What the kernel holds for one address. */
export interface KernelView {
  readonly route: RouteMatch | undefined;
  /** The route's interface, by name. */
  readonly device: string | undefined;
  /** Whether packets leave by the tunnel. */
  readonly isTunnelled: boolean;
  /** Whose MAC packets need: the address's own, or that of its route's gateway. */
  readonly nextHop: Ipv4;
  readonly neighbour: Neighbour | undefined;
  /** On the tunnel, of the neighbour's MAC, or of the lease's while there is no neighbour. */
  readonly forwarding: ForwardingEntry | undefined;
}

/** @throws KernelFault */
export function viewKernel(
  kernel: Conversation,
  { tunnel }: Pick<Standing, 'tunnel'>,
  address: Ipv4,
  lease: Lease | undefined,
): KernelView {
  const own = tunnel?.device;
  const route = findRoute(kernel, address);
  const ifindex = route?.ifindex ?? own?.ifindex;
  const nextHop = route?.gateway ?? address;
  const neighbour = ifindex === undefined ? undefined : findNeighbour(kernel, ifindex, nextHop);
  const isTunnelled = own !== undefined && route?.ifindex === own.ifindex;
  const mac = neighbour?.mac ?? lease?.mac;
  return {
    route,
    device: route?.ifindex === undefined ? undefined : nameOf(kernel, route.ifindex, own),
    isTunnelled,
    nextHop,
    neighbour,
    forwarding:
      own === undefined || !isTunnelled || mac === undefined
        ? undefined
        : findForwarding(kernel, own.ifindex, mac),
  };
}

function nameOf(
  kernel: Conversation,
  ifindex: number,
  own: { readonly ifindex: number; readonly name: string } | undefined,
): string | undefined {
  return own?.ifindex === ifindex
    ? own.name
    : listLinks(kernel).find((link) => link.ifindex === ifindex)?.name;
}
