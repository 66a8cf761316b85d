import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import {
  AF_INET,
  NLM_F_CREATE,
  NLM_F_REPLACE,
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_MAIN,
  RTM_DELROUTE,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  RTN_UNICAST,
  RTNH_F_ONLINK,
} from '../netlink/constants.ts';
import type { Request } from '../netlink/message.ts';
import { routeMessage } from '../netlink/route/message.ts';
import type { Conversation } from './conversation.ts';
import { acceptRefusal } from './kernel-fault.ts';

/** An IPv4 unicast route of the main table. */
export interface Route {
  readonly destination: Prefix;
  readonly ifindex: number | undefined;
  readonly gateway: Ipv4 | undefined;
  readonly preferredSource: Ipv4 | undefined;
  readonly priority: number;
  /** Who made it (rtm_protocol). */
  readonly protocol: number;
  /** One of RT_SCOPE_*. */
  readonly scope: number;
}

/**
 * The IPv4 unicast routes of the main table. Equivalent to `ip -4 route show table main`.
 *
 * @throws KernelFault
 */
export function listRoutes(conversation: Conversation): Route[] {
  let found: Route[] = [];
  const request = routeMessage.request(RTM_GETROUTE, 0, { family: AF_INET }, { table: RT_TABLE_MAIN });
  const begin = () => {
    found = [];
  };
  try {
    conversation.dump('list routes', request, begin, ({ payload }) => found.push(...toRoute(payload)));
  } catch (error) {
    // A namespace that never had a route has no main table (net/ipv4/fib_frontend.c, inet_dump_fib).
    acceptRefusal(error, 'ENOENT');
  }
  return found;
}

function toRoute(payload: Buffer): Route[] {
  const { header, attributes } = routeMessage.decode(payload);
  if ((attributes.table ?? header.table) !== RT_TABLE_MAIN || header.type !== RTN_UNICAST) {
    return [];
  }
  return [
    {
      destination: { address: addressOr(attributes.destination) ?? 0, length: header.destinationLength },
      ifindex: attributes.outputInterface,
      gateway: addressOr(attributes.gateway),
      preferredSource: addressOr(attributes.preferredSource),
      priority: attributes.priority ?? 0,
      protocol: header.protocol,
      scope: header.scope,
    },
  ];
}

function addressOr(value: Ipv4 | Uint8Array | undefined): Ipv4 | undefined {
  return typeof value === 'number' ? value : undefined;
}

/**
 * A route whose destinations are neighbours on the link. Equivalent to
 * `ip route replace DST dev DEV scope link proto P src SRC`.
 */
export function replaceOnLinkRoute(ifindex: number, destination: Prefix, protocol: number): Request {
  return routeMessage.request(
    RTM_NEWROUTE,
    NLM_F_CREATE | NLM_F_REPLACE,
    {
      family: AF_INET,
      destinationLength: destination.length,
      table: RT_TABLE_MAIN,
      protocol,
      scope: RT_SCOPE_LINK,
      type: RTN_UNICAST,
    },
    { destination: destination.address, outputInterface: ifindex },
  );
}

/**
 * A route through a gateway. Equivalent to `ip route replace DST via GATEWAY dev DEV onlink proto P`: the gateway is taken
 * for a neighbour on the interface, whatever other routes say. Without an interface the kernel asks its routes for it.
 */
export function replaceGatewayRoute(
  destination: Prefix,
  gateway: Ipv4,
  protocol: number,
  ifindex?: number,
): Request {
  return routeMessage.request(
    RTM_NEWROUTE,
    NLM_F_CREATE | NLM_F_REPLACE,
    {
      family: AF_INET,
      destinationLength: destination.length,
      table: RT_TABLE_MAIN,
      protocol,
      scope: RT_SCOPE_UNIVERSE,
      type: RTN_UNICAST,
      flags: ifindex === undefined ? 0 : RTNH_F_ONLINK,
    },
    {
      destination: destination.address,
      gateway,
      ...(ifindex === undefined ? {} : { outputInterface: ifindex }),
    },
  );
}

/** Where packets to an address would leave this host. */
export interface Path {
  readonly ifindex: number | undefined;
  /** Whether the address is a neighbour: there is no gateway, of whatever family, between. */
  readonly isDirect: boolean;
}

/**
 * The way to an address. Equivalent to `ip route get ADDRESS`; undefined when there is none, or it is one of our own.
 *
 * @throws KernelFault
 */
export function findPath(conversation: Conversation, address: Ipv4): Path | undefined {
  const request = routeMessage.request(
    RTM_GETROUTE,
    0,
    { family: AF_INET, destinationLength: 32 },
    { destination: address },
  );
  let path: Path | undefined;
  try {
    conversation.query('find a route', request, ({ payload }) => {
      const { header, attributes } = routeMessage.decode(payload);
      if (header.type === RTN_UNICAST) {
        const { outputInterface: ifindex, gateway, via } = attributes;
        path = { ifindex, isDirect: gateway === undefined && via === undefined };
      }
    });
  } catch (error) {
    // What a table without a way, or with an unreachable, prohibit or blackhole route, is answered with.
    acceptRefusal(error, 'ENETUNREACH', 'EHOSTUNREACH', 'EACCES', 'EINVAL');
  }
  return path;
}

/** Removes exactly this route: destination, interface, gateway, priority and protocol all have to match. */
export function removeRoute(route: Route): Request {
  const { destination, ifindex, gateway, priority, protocol, scope } = route;
  return routeMessage.request(
    RTM_DELROUTE,
    0,
    {
      family: AF_INET,
      destinationLength: destination.length,
      table: RT_TABLE_MAIN,
      protocol,
      scope,
      type: RTN_UNICAST,
    },
    {
      destination: destination.address,
      ...(ifindex === undefined ? {} : { outputInterface: ifindex }),
      ...(gateway === undefined ? {} : { gateway }),
      ...(priority === 0 ? {} : { priority }),
    },
  );
}
