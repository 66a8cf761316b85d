import type { InterfaceAddress } from '../kernel/addresses.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { Link } from '../kernel/links.ts';
import { findPath, type Route } from '../kernel/routes.ts';
import { formatIpv4, type Ipv4, isIpv4, parseIpv4 } from '../net/ipv4.ts';
import { RT_SCOPE_LINK, RT_SCOPE_UNIVERSE } from '../netlink/constants.ts';
import { OverlayFault } from './overlay-fault.ts';

/** The interface that carries the tunnel's outer packets. */
export interface Underlay {
  readonly ifindex: number;
  readonly name: string;
  /** Local end of the tunnel. */
  readonly address: Ipv4;
  readonly mtu: number;
}

/** What the kernel says of the host's interfaces. */
export interface HostView {
  readonly links: readonly Link[];
  readonly addresses: readonly InterfaceAddress[];
  readonly routes: readonly Route[];
}

/**
 * Chooses the interface as flannel does (pkg/ipmatch/match.go, v0.28): the first of `wanted` (names or addresses) that
 * exists; without any, the one that owns the public IP; without that, the one of the first default route.
 *
 * @throws OverlayFault when there is none, or it has no usable address
 */
export function chooseUnderlay(
  host: HostView,
  wanted: readonly string[],
  publicIp: Ipv4 | undefined,
): Underlay {
  if (wanted.length > 0) {
    return firstMatch(host, wanted);
  }
  if (publicIp !== undefined) {
    const found = owning(host, publicIp);
    if (found === undefined) {
      throw new OverlayFault(
        '--public-ip',
        formatIpv4(publicIp),
        'an address of this host, or --iface beside it',
      );
    }
    return found;
  }
  const ifindex = host.routes.find((route) => route.destination.length === 0)?.ifindex;
  const link = host.links.find((one) => one.ifindex === ifindex);
  if (link === undefined) {
    throw new OverlayFault(
      '--iface',
      'no default route to choose an interface by',
      'the name or address of an interface',
    );
  }
  return ofLink(host, link);
}

function firstMatch(host: HostView, wanted: readonly string[]): Underlay {
  for (const one of wanted) {
    const byAddress = isIpv4(one) ? owning(host, parseIpv4(one)) : undefined;
    const link = host.links.find((candidate) => candidate.name === one);
    if (byAddress !== undefined) {
      return byAddress;
    }
    if (link !== undefined) {
      return ofLink(host, link);
    }
  }
  const names = host.links.map((link) => link.name).join(', ');
  throw new OverlayFault(
    '--iface',
    `no interface has the name or address ${wanted.join(', ')}`,
    `an address or one of ${names}`,
  );
}

function owning(host: HostView, address: Ipv4): Underlay | undefined {
  const owner = host.addresses.find((one) => one.address === address);
  const link = host.links.find((one) => one.ifindex === owner?.ifindex);
  return link === undefined ? undefined : { ifindex: link.ifindex, name: link.name, address, mtu: link.mtu };
}

/** The interface that is up with the underlay's address at present, if there is one: it may have another number than before. */
export function locateUnderlay(host: Omit<HostView, 'routes'>, underlay: Underlay): Underlay | undefined {
  const named = host.links.find(({ name }) => name === underlay.name);
  const hasAddress = host.addresses.some(
    ({ address, ifindex }) => address === underlay.address && ifindex === named?.ifindex,
  );
  return named?.up === true && hasAddress ? { ...underlay, ifindex: named.ifindex } : undefined;
}

/** Global addresses before link-local ones, primary before secondary. */
function ofLink(host: HostView, link: Link): Underlay {
  const own = host.addresses.filter((one) => one.ifindex === link.ifindex);
  const global = own.filter((one) => one.scope === RT_SCOPE_UNIVERSE);
  const best =
    global.find((one) => !one.secondary) ?? global[0] ?? own.find((one) => one.scope === RT_SCOPE_LINK);
  if (best === undefined) {
    throw new OverlayFault(
      '--iface',
      `${link.name} has no IPv4 address`,
      'an interface with an IPv4 address',
    );
  }
  return { ifindex: link.ifindex, name: link.name, address: best.address, mtu: link.mtu };
}

/**
 * The interface on which an address is a neighbour of this host, so that packets reach it without a router between;
 * undefined when it is none.
 *
 * @throws KernelFault
 */
export function interfaceTo(conversation: Conversation, address: Ipv4): number | undefined {
  const path = findPath(conversation, address);
  return path?.isDirect === true ? path.ifindex : undefined;
}
