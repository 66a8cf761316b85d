import { formatIpv4 } from '../net/ipv4.ts';
import { entryProblems } from './entry-problems.ts';
import { MEND_ETCD } from './outcome.ts';
import { routeProblems } from './route-problems.ts';
import type { Standing } from './standing.ts';
import type { Problem, RemoteStory, Story } from './story.ts';

/**
 * What is wrong with an address, and the command that mends it; empty when nothing is.
 *
 * @throws KernelFault
 */
export function problemsOf(story: Story): Problem[] {
  const { relation, lease, standing } = story;
  if (relation === 'outside' && standing.network !== undefined) {
    return [];
  }
  const { tunnel } = standing;
  const general = generalProblems(standing);
  if (relation === 'own') {
    return [...general, ...ownProblems(story)];
  }
  if (relation === 'nobody') {
    return [...general, ...(standing.listed ? [NO_LEASE] : [])];
  }
  if (lease === undefined || tunnel === undefined) {
    return general;
  }
  const remote: RemoteStory = { ...story, lease, tunnel };
  const ofRoute = routeProblems(remote);
  // What the tunnel holds matters only to packets that go there.
  return [...general, ...ofRoute, ...(ofRoute.length === 0 ? entryProblems(remote) : [])];
}

/** What concerns every address. */
function generalProblems({ tunnel, listed, standInWrittenAt }: Standing): Problem[] {
  if (standInWrittenAt !== undefined) {
    const date = new Date(standInWrittenAt).toISOString();
    return [
      { found: `etcd is out of reach: the agent goes by the copy of the leases of ${date}`, mend: MEND_ETCD },
    ];
  }
  if (tunnel === undefined) {
    return [
      { found: 'the tunnel device is not made yet', mend: 'l3missd stats, which says what is missing' },
    ];
  }
  return listed ? [] : [{ found: 'the leases are not listed yet: questions wait', mend: MEND_ETCD }];
}

const NO_LEASE: Problem = {
  found: 'no lease of the network covers it: no host has claimed it',
  mend: 'systemctl start l3missd, on the host that is to have it',
};

/** The tunnel leads to other hosts: a packet for this host's own subnet on it finds nobody. */
function ownProblems({ view, standing: { subnet } }: Story): Problem[] {
  if (subnet === undefined || (view.route !== undefined && !view.isTunnelled)) {
    return [];
  }
  return [
    {
      found: "no interface of this host has its own subnet, so that the tunnel gets the subnet's packets",
      mend: `ip address add ${formatIpv4(subnet.address + 1)}/${subnet.length} dev cni0, or whatever bridge the containers have`,
    },
  ];
}
