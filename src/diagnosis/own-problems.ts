import { type InterfaceAddress, listAddresses } from '../kernel/addresses.ts';
import { type Link, listLinks } from '../kernel/links.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import { covers, formatPrefix, type Prefix, prefixOf, samePrefix } from '../net/prefix.ts';
import type { Remedy } from '../status/finding.ts';
import type { KernelView } from './kernel-view.ts';
import { command } from './outcome.ts';
import { refusal, removalOfRoute } from './route-problems.ts';
import type { Problem, Story } from './story.ts';

/** What the bridge plugin of CNI calls the containers' bridge unless it is told otherwise. */
const BRIDGE = 'cni0';

/** An interface with an address whose network is the own subnet, and which has to have its route. */
interface Holder {
  readonly link: Link;
  readonly address: InterfaceAddress;
}

/**
 * What keeps packets for this host's own subnet from its containers; at most one. A route that also leads elsewhere is
 * none to them: the packets leave this host.
 *
 * @throws KernelFault
 */
export function ownProblems(story: Story): Problem[] {
  const { view, standing } = story;
  const { route, isTunnelled } = view;
  const { subnet } = standing;
  const isInside = subnet !== undefined && route !== undefined && covers(subnet, route.destination);
  // The tunnel has an address of the subnet itself.
  if (subnet === undefined || (isInside && (route.isLocal || !isTunnelled))) {
    return [];
  }
  if (isInside && route.destination.length > subnet.length) {
    return [{ found: wayOf(view), ...removalOfRoute(route, view.device) }];
  }
  const refused = route === undefined ? refusal(story, subnet) : undefined;
  return [refused ?? lackOf(story, subnet)];
}

/** What an interface lacks that is to have the subnet. */
function lackOf(story: Story, subnet: Prefix): Problem {
  const way = wayOf(story.view);
  const links = listLinks(story.kernel);
  const holders = holdersOf(story, links, subnet);
  const holder = holders.find(({ link }) => link.up);
  if (holder !== undefined) {
    return missingRoute(holder, subnet, way);
  }
  const found = `no interface of this host that is up has its own subnet: ${way}`;
  return { found, ...bridgeFor(links, holders, subnet) };
}

function wayOf({ route, device = 'another way' }: KernelView): string {
  return route === undefined
    ? 'nothing leads there'
    : `its packets leave by ${device} (route ${formatPrefix(route.destination)})`;
}

function holdersOf({ kernel }: Story, links: readonly Link[], subnet: Prefix): Holder[] {
  return listAddresses(kernel).flatMap((address) => {
    const link = links.find(({ ifindex }) => ifindex === address.ifindex);
    const isOfIt = samePrefix(prefixOf(address.address, address.prefixLength), subnet);
    return link !== undefined && isOfIt ? [{ link, address }] : [];
  });
}

/** The kernel makes the route with the address, and does not make it again while the interface stays up. */
function missingRoute({ link, address }: Holder, subnet: Prefix, way: string): Problem {
  const range = formatPrefix(subnet);
  const source = formatIpv4(address.address);
  return {
    found: `the route ${range} to ${link.name}, which is up and has ${source}, is missing: ${way}`,
    ...command(`ip route replace ${range} dev ${link.name} proto kernel scope link src ${source}`),
  };
}

/** What the bridge lacks, step by step. */
function bridgeFor(links: readonly Link[], holders: readonly Holder[], subnet: Prefix): Remedy {
  const isThere = links.some(({ name }) => name === BRIDGE);
  const isAddressed = holders.some(({ link }) => link.name === BRIDGE);
  const steps = [
    ...(isThere ? [] : [`ip link add ${BRIDGE} type bridge`]),
    ...(isAddressed
      ? []
      : [`ip address add ${formatIpv4(subnet.address + 1)}/${subnet.length} dev ${BRIDGE}`]),
    `ip link set ${BRIDGE} up`,
  ];
  return command(steps.join(' && '), 'or on whatever bridge the containers have');
}
