import type { Ipv4 } from '../net/ipv4.ts';
import { contains, type Prefix } from '../net/prefix.ts';
import {
  AF_INET,
  RT_TABLE_MAIN,
  RTM_F_FIB_MATCH,
  RTM_GETROUTE,
  RTN_BLACKHOLE,
  RTN_LOCAL,
  RTN_PROHIBIT,
  RTN_UNREACHABLE,
} from '../netlink/constants.ts';
import type { Frame } from '../netlink/message.ts';
import { routeMessage } from '../netlink/route/message.ts';
import type { Conversation } from './conversation.ts';
import { acceptRefusal } from './kernel-fault.ts';

/** The route that packets to an address take, of whatever table the host's rules lead to. */
export interface RouteMatch {
  readonly destination: Prefix;
  readonly ifindex: number | undefined;
  readonly gateway: Ipv4 | undefined;
  /** Who made it (rtm_protocol). */
  readonly protocol: number;
  /** The address is one of this host. */
  readonly isLocal: boolean;
}

/**
 * Equivalent to `ip route get fibmatch ADDRESS` (Linux 4.13); undefined when no route leads there.
 *
 * @throws KernelFault
 */
export function findRoute(conversation: Conversation, address: Ipv4): RouteMatch | undefined {
  let found: RouteMatch | undefined;
  ask(conversation, address, RTM_F_FIB_MATCH, ({ payload }) => {
    const { header, attributes } = routeMessage.decode(payload);
    const { destination = 0, outputInterface: ifindex, gateway } = attributes;
    if (typeof destination === 'number') {
      found = {
        destination: { address: destination, length: header.destinationLength },
        ifindex,
        gateway: typeof gateway === 'number' ? gateway : undefined,
        protocol: header.protocol,
        isLocal: header.type === RTN_LOCAL,
      };
    }
  });
  return found;
}

/** A route of the main table that lets no packet pass, by iproute2's word for it. */
export interface RefusingRoute {
  readonly destination: Prefix;
  readonly kind: 'blackhole' | 'unreachable' | 'prohibit';
}

const REFUSING: ReadonlyMap<number, RefusingRoute['kind']> = new Map([
  [RTN_BLACKHOLE, 'blackhole'],
  [RTN_UNREACHABLE, 'unreachable'],
  [RTN_PROHIBIT, 'prohibit'],
]);

/**
 * The refusing route with the longest destination that has the address: what `findRoute` finds nothing for may have one.
 * Reads the whole table.
 *
 * @throws KernelFault
 */
export function findRefusingRoute(conversation: Conversation, address: Ipv4): RefusingRoute | undefined {
  let found: RefusingRoute | undefined;
  const request = routeMessage.request(RTM_GETROUTE, 0, { family: AF_INET }, { table: RT_TABLE_MAIN });
  const begin = () => {
    found = undefined;
  };
  const each = ({ payload }: Frame) => {
    const { header, attributes } = routeMessage.decode(payload);
    const kind = REFUSING.get(header.type);
    const first = typeof attributes.destination === 'number' ? attributes.destination : 0;
    const destination = { address: first, length: header.destinationLength };
    if (
      kind !== undefined &&
      contains(destination, address) &&
      destination.length >= (found?.destination.length ?? 0)
    ) {
      found = { destination, kind };
    }
  };
  try {
    conversation.dump('list routes', request, begin, each);
  } catch (error) {
    // A namespace that never had a route has no main table (net/ipv4/fib_frontend.c, inet_dump_fib).
    acceptRefusal(error, 'ENOENT');
  }
  return found;
}

/**
 * How large packets to an address may be, in bytes, as far as a route says so or a router on the way has said so by ICMP;
 * undefined: as large as the interface lets them be. Equivalent to the `mtu` of `ip route get ADDRESS`.
 *
 * @throws KernelFault
 */
export function findPathMtu(conversation: Conversation, address: Ipv4): number | undefined {
  let mtu: number | undefined;
  ask(conversation, address, 0, ({ payload }) => {
    mtu = routeMessage.decode(payload).attributes.metrics?.mtu;
  });
  return mtu;
}

function ask(conversation: Conversation, address: Ipv4, flags: number, each: (frame: Frame) => void): void {
  const header = { family: AF_INET, destinationLength: 32, flags };
  const request = routeMessage.request(RTM_GETROUTE, 0, header, { destination: address });
  try {
    conversation.query('find a route', request, each);
  } catch (error) {
    // What a table without a way, or with an unreachable, prohibit or blackhole route, is answered with.
    acceptRefusal(error, 'ENETUNREACH', 'EHOSTUNREACH', 'EACCES', 'EINVAL');
  }
}
