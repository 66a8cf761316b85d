import { listAddresses } from '../kernel/addresses.ts';
import { findRefusingRoute, type RouteMatch } from '../kernel/route-lookup.ts';
import { formatIpv4 } from '../net/ipv4.ts';
import { covers, formatPrefix, type Prefix } from '../net/prefix.ts';
import { RTPROT_KERNEL } from '../netlink/constants.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';
import type { Remedy } from '../status/finding.ts';
import { advice, command } from './outcome.ts';
import type { Problem, RemoteStory, Story } from './story.ts';

/**
 * What keeps packets for another host out of the tunnel; at most one.
 *
 * @throws KernelFault
 */
export function routeProblems(story: RemoteStory): Problem[] {
  const { view, standing, lease } = story;
  const { route } = view;
  if (view.isTunnelled || (standing.mode.name === 'eager' && standing.isDirect(lease.publicIp))) {
    return [];
  }
  if (route === undefined) {
    const refused = standing.network === undefined ? undefined : refusal(story, standing.network);
    return [refused ?? { found: 'no route leads to it', ...ownRoute(story) }];
  }
  if (route.isLocal) {
    return [{ found: 'this host has the address itself', ...removalOfAddress(story) }];
  }
  const by = `its packets leave by ${view.device ?? 'another way'} (route ${formatPrefix(route.destination)})`;
  const tunnel = story.tunnel.device.name;
  return standing.network !== undefined && covers(standing.network, route.destination)
    ? [{ found: `${by}, not by ${tunnel}`, ...wayOut(route, view.device) }]
    : [{ found: `${by}: the route to ${tunnel} is missing`, ...ownRoute(story) }];
}

/** A route inside that range that lets no packet pass, whatever the route of the range says. */
export function refusal({ kernel, address }: Story, range: Prefix): Problem | undefined {
  const route = findRefusingRoute(kernel, address);
  if (route === undefined || !covers(range, route.destination)) {
    return undefined;
  }
  const text = `${route.kind} ${formatPrefix(route.destination)}`;
  return { found: `the route ${text} lets no packet pass`, ...command(`ip route del ${text}`) };
}

/** The command that writes the route that the mode has. */
function ownRoute({ standing: { mode, network }, lease: { subnet }, tunnel }: RemoteStory): Remedy {
  const device = `dev ${tunnel.device.name} proto ${OWN_PROTOCOL}`;
  return command(
    mode.networkRoute && network !== undefined
      ? `ip route replace ${formatPrefix(network)} ${device} scope link`
      : `ip route replace ${formatPrefix(subnet)} via ${formatIpv4(subnet.address)} ${device} onlink`,
  );
}

/** The kernel's own route comes back with its address, and whoever has the interface needs it. */
function wayOut(route: RouteMatch, device: string | undefined): Remedy {
  const range = formatPrefix(route.destination);
  return route.protocol === RTPROT_KERNEL
    ? advice(
        `${device ?? 'that interface'} or the overlay has to have another range than ${range}: both have it`,
      )
    : removalOfRoute(route, device);
}

export function removalOfRoute({ destination, gateway }: RouteMatch, device: string | undefined): Remedy {
  const via = gateway === undefined ? '' : ` via ${formatIpv4(gateway)}`;
  const dev = device === undefined ? '' : ` dev ${device}`;
  return command(`ip route del ${formatPrefix(destination)}${via}${dev}`);
}

function removalOfAddress({ kernel, address, view }: RemoteStory): Remedy {
  const held = listAddresses(kernel).find((one) => one.address === address);
  return command(
    `ip address del ${formatIpv4(address)}/${held?.prefixLength ?? 32} dev ${view.device ?? 'lo'}`,
  );
}
