import type { Conversation } from '../kernel/conversation.ts';
import { formatIpv4, type Ipv4 } from '../net/ipv4.ts';
import { formatPrefix } from '../net/prefix.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';
import type { Lookup } from '../status/lookup.ts';
import { type KernelView, viewKernel } from './kernel-view.ts';
import { formatNeighbourState } from './neighbour-state.ts';
import { problemsOf } from './problems.ts';
import { decisionOf, relationOf } from './relation.ts';
import { leaseOf, type Standing } from './standing.ts';

/** How many of an address's latest misses are told. */
const MISSES_TOLD = 10;

export interface LookupParts {
  readonly kernel: Conversation;
  readonly standing: Standing;
  /** The latest misses of the address, oldest first. */
  readonly misses: (limit: number) => Lookup['misses'];
}

/**
 * The whole story of one address: whose it is, what the mode does about it, what the kernel holds, and what of that is wrong.
 *
 * @throws KernelFault
 */
export function lookUp({ kernel, standing, misses }: LookupParts, address: Ipv4): Lookup {
  const lease = leaseOf(standing, address);
  const relation = relationOf(standing, address, lease);
  const view = viewKernel(kernel, standing, address, lease);
  return {
    address: formatIpv4(address),
    mode: standing.mode.name,
    relation,
    lease:
      lease === undefined
        ? null
        : { subnet: formatPrefix(lease.subnet), owner: formatIpv4(lease.publicIp), mac: lease.mac },
    decision: decisionOf(standing, relation, lease),
    ...describeView(view),
    misses: misses(MISSES_TOLD),
    problems: problemsOf({ kernel, standing, address, relation, lease, view }),
  };
}

function describeView({
  route,
  device,
  neighbour,
  forwarding,
}: KernelView): Pick<Lookup, 'route' | 'neighbour' | 'forwarding'> {
  return {
    route:
      route === undefined
        ? null
        : {
            destination: formatPrefix(route.destination),
            device: device ?? null,
            gateway: route.gateway === undefined ? null : formatIpv4(route.gateway),
            protocol: route.protocol,
          },
    neighbour:
      neighbour === undefined
        ? null
        : {
            address: formatIpv4(neighbour.destination),
            mac: neighbour.mac ?? null,
            state: formatNeighbourState(neighbour.state),
            ours: neighbour.protocol === OWN_PROTOCOL,
          },
    forwarding:
      forwarding === undefined
        ? null
        : {
            mac: forwarding.mac,
            endpoint: forwarding.endpoint === undefined ? null : formatIpv4(forwarding.endpoint),
          },
  };
}
