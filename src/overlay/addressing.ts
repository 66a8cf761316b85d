import type { Log } from '../base/log.ts';
import { addAddress, type InterfaceAddress, listAddresses, removeAddress } from '../kernel/addresses.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { listLinks } from '../kernel/links.ts';
import { listRoutes, type Route, removeRoute, replaceOnLinkRoute } from '../kernel/routes.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import { contains, formatPrefix, type Prefix, samePrefix } from '../net/prefix.ts';
import { RT_SCOPE_LINK } from '../netlink/constants.ts';
import type { Device } from './device.ts';
import { isOwnRoute, OWN_PROTOCOL } from './ownership.ts';

/**
 * Gives the device its address, the subnet's own with length 32 (so that it makes no connected route), and one on-link
 * route for the whole network: every remote address is then a neighbour to be asked for. Takes away other addresses
 * inside the network, those of earlier leases (of length 32), and the routes that flannel left there. Writes only what differs.
 *
 * @returns what was missing
 * @throws KernelFault
 */
export function ensureAddressing(
  conversation: Conversation,
  device: Device,
  network: Prefix,
  subnet: Prefix,
  log: Log,
): string[] {
  return [
    ...ensureAddress(conversation, device, network, subnet, log),
    ...ensureRoute(conversation, device, network, subnet, log),
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
      addAddress(device.ifindex, subnet.address, 32),
    );
  }
  const isWanted = (one: InterfaceAddress) => one.address === subnet.address && one.prefixLength === 32;
  const others = present.filter(
    (one) => !isWanted(one) && (one.prefixLength === 32 || contains(network, one.address)),
  );
  for (const { address, prefixLength } of others) {
    const text = `${formatIpv4(address)}/${prefixLength}`;
    log.info({ device: device.name, address: text }, 'removing an address of an earlier lease');
    conversation.request(
      `remove ${text} from ${device.name}`,
      removeAddress(device.ifindex, address, prefixLength),
    );
  }
  return wanted ? [] : [`the address ${formatIpv4(subnet.address)}/32`];
}

/** The route's part of `ensureAddressing`. */
export function ensureRoute(
  conversation: Conversation,
  device: Device,
  network: Prefix,
  _subnet: Prefix,
  log: Log,
): string[] {
  const present = listRoutes(conversation).filter((route) => isOwnRoute(route, device.ifindex, network));
  const wanted = present.some((route) => isNetworkRoute(route, network));
  if (!wanted) {
    conversation.request(
      `route ${formatPrefix(network)} to ${device.name}`,
      replaceOnLinkRoute(device.ifindex, network, OWN_PROTOCOL),
    );
  }
  // The network-wide route of flannel up to v0.8 has the same destination and was replaced by ours just now.
  for (const route of present.filter((one) => !samePrefix(one.destination, network))) {
    const destination = formatPrefix(route.destination);
    log.info({ device: device.name, destination }, 'removing a route that an earlier agent left');
    conversation.request(`remove the route ${destination}`, removeRoute(route));
  }
  return wanted ? [] : [`the route ${formatPrefix(network)}`];
}

/**
 * Whether the kernel still has what carries packets: the device, up, with the route of the whole network.
 *
 * @throws KernelFault
 */
export function carriesPackets(conversation: Conversation, device: Device, network: Prefix): boolean {
  const link = listLinks(conversation).find(({ ifindex }) => ifindex === device.ifindex);
  const routes = listRoutes(conversation).filter(({ ifindex }) => ifindex === device.ifindex);
  return link?.up === true && routes.some((route) => isNetworkRoute(route, network));
}

function isNetworkRoute(route: Route, network: Prefix): boolean {
  const { destination, protocol, gateway, scope } = route;
  return (
    samePrefix(destination, network) &&
    protocol === OWN_PROTOCOL &&
    gateway === undefined &&
    scope === RT_SCOPE_LINK
  );
}
