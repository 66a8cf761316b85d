import type { Lease } from '../leases/lease.ts';
import { formatIpv4, type Ipv4 } from '../net/ipv4.ts';
import { contains, formatPrefix } from '../net/prefix.ts';
import type { Lookup } from '../status/lookup.ts';
import type { Standing } from './standing.ts';

export type Relation = Lookup['relation'];

/** Whose an address is, by the leases that the daemon goes by. */
export function relationOf(
  { network, subnet }: Pick<Standing, 'network' | 'subnet'>,
  address: Ipv4,
  lease: Lease | undefined,
): Relation {
  if (subnet !== undefined && contains(subnet, address)) {
    return 'own';
  }
  if (lease !== undefined) {
    return 'remote';
  }
  return network !== undefined && contains(network, address) ? 'nobody' : 'outside';
}

/** What the mode does about an address, in one sentence without a full stop. */
export function decisionOf(standing: Standing, relation: Relation, lease: Lease | undefined): string {
  const { network, mode, listed } = standing;
  if (relation === 'own') {
    return "it is in this host's own subnet, which is not behind the tunnel: asked for there, it is refused";
  }
  if (relation === 'remote' && lease !== undefined) {
    return standing.isDirect(lease.publicIp) && mode.name === 'eager'
      ? `its subnet has a route to ${formatIpv4(lease.publicIp)} without the tunnel (Backend.DirectRouting)`
      : REMOTE[mode.name];
  }
  if (relation === 'nobody') {
    const asks = mode.networkRoute;
    return listed || !asks ? NOBODY[asks ? 'asked' : 'unasked'] : UNDECIDED;
  }
  return network === undefined
    ? 'nothing yet: the network config has not been read'
    : `it is not in the overlay's network ${formatPrefix(network)}: the host's other routes decide`;
}

const REMOTE: Readonly<Record<Standing['mode']['name'], string>> = {
  lazy: "its first packet asks the agent, which answers with the MAC of the lease's host",
  'lazy-subnet':
    'its first packet asks the agent, which gives the whole subnet a route, for as long as it is used',
  eager: 'its subnet has had a route since its lease appeared, so that nobody is asked',
};

const NOBODY = {
  asked:
    'no lease covers it: its first packet asks the agent, which tells the sender so at once (EHOSTUNREACH)',
  unasked: "no lease covers it, so that it has no route of the overlay: the host's other routes decide",
};

const UNDECIDED =
  'nothing is refused before the first complete list of leases: its packets wait for up to 3 s';
