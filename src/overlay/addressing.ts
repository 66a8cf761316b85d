import type { Log } from '../base/log.ts';
import { addAddress, type InterfaceAddress, listAddresses, removeAddress } from '../kernel/addresses.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { listLinks } from '../kernel/links.ts';
import { listRoutes, type Route, replaceOnLinkRoute } from '../kernel/routes.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import { contains, formatPrefix, type Prefix, prefixOf, samePrefix } from '../net/prefix.ts';
import { RT_SCOPE_LINK } from '../netlink/constants.ts';
import type { Device } from './device.ts';
import type { Mode } from './modes.ts';
import { OWN_PROTOCOL } from './ownership.ts';

/**
 * Gives the device its address, the subnet's own with length 32 (so that it makes no connected route), and, where the mode
 * asks for it, one on-link route for the whole network: every remote address is then a neighbour to be asked for. Takes
 * away other addresses inside the network, and those of earlier leases (of length 32). Writes only what differs.
 *
 * @returns what was missing
 * @throws KernelFault
 */
export function ensureAddressing(
  conversation: Conversation,
  device: Device,
  network: Prefix,
  subnet: Prefix,
  mode: Mode,
  log: Log,
): string[] {
  return [
    ...ensureAddress(conversation, device, network, subnet, log),
    ...(mode.networkRoute ? ensureRoute(conversation, device, network) : []),
  ];
}

/** The address's part of `ensureAddressing`. */
export function ensureAddress(
  conversation: Conversation,
  device: Device,
  network: Prefix,
  subnet: Prefix,
  log: Log,
): string[] {
  const present = listAddresses(conversation).filter((one) => one.ifindex === device.ifindex);
  const wanted = present.some((one) => one.address === subnet.address && one.prefixLength === 32);
  if (!wanted) {
    conversation.request(
      `add ${formatIpv4(subnet.address)}/32 to ${device.name}`,
      addAddress(device.ifindex, subnet.address, 32, OWN_PROTOCOL),
    );
  }
  const isWanted = (one: InterfaceAddress) => one.address === subnet.address && one.prefixLength === 32;
  const others = present.filter(
    (one) => !isWanted(one) && (one.prefixLength === 32 || contains(network, one.address)),
  );
  for (const { address, prefixLength } of others) {
    const text = `${formatIpv4(address)}/${prefixLength}`;
    if (samePrefix(prefixOf(address, prefixLength), network)) {
      // flannel up to v0.6 gave such an address, and with it goes the connected route that carries all packets. Ours takes
      // that one's place; in a mode that has none it goes when there are others.
      ensureRoute(conversation, device, network);
    }
    log.info({ device: device.name, address: text }, 'removing an address of an earlier lease');
    conversation.request(
      `remove ${text} from ${device.name}`,
      removeAddress(device.ifindex, address, prefixLength),
    );
  }
  return wanted ? [] : [`the address ${formatIpv4(subnet.address)}/32`];
}

/** The route's part of `ensureAddressing`. */
export function ensureRoute(conversation: Conversation, device: Device, network: Prefix): string[] {
  if (listRoutes(conversation).some((route) => isNetworkRoute(route, device, network))) {
    return [];
  }
  // Takes the place of the network-wide route of flannel up to v0.8, which has the same destination.
  conversation.request(
    `route ${formatPrefix(network)} to ${device.name}`,
    replaceOnLinkRoute(device.ifindex, network, OWN_PROTOCOL),
  );
  return [`the route ${formatPrefix(network)}`];
}

/**
 * Whether the kernel still has what carries packets: the device, up, with the route of the whole network where the mode has
 * one.
 *
 * @throws KernelFault
 */
export function carriesPackets(
  conversation: Conversation,
  device: Device,
  network: Prefix,
  mode: Mode,
): boolean {
  const link = listLinks(conversation).find(({ ifindex }) => ifindex === device.ifindex);
  const isRouted = () => listRoutes(conversation).some((route) => isNetworkRoute(route, device, network));
  return link?.up === true && (!mode.networkRoute || isRouted());
}

function isNetworkRoute(route: Route, device: Device, network: Prefix): boolean {
  const { destination, ifindex, protocol, gateway, scope } = route;
  return (
    ifindex === device.ifindex &&
    samePrefix(destination, network) &&
    protocol === OWN_PROTOCOL &&
    gateway === undefined &&
    scope === RT_SCOPE_LINK
  );
}
