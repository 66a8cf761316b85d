import { entryProblems } from './entry-problems.ts';
import { command, MEND_ETCD, SAYS_WHAT_IS_MISSING } from './outcome.ts';
import { ownProblems } from './own-problems.ts';
import { routeProblems } from './route-problems.ts';
import type { Standing } from './standing.ts';
import type { Problem, RemoteStory, Story } from './story.ts';

/**
 * What is wrong with an address, and what mends it; empty when nothing is.
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
function generalProblems({ mode, tunnel, listed, standInWrittenAt }: Standing): Problem[] {
  if (standInWrittenAt !== undefined) {
    const date = new Date(standInWrittenAt).toISOString();
    const found = `etcd is out of reach: the agent goes by the copy of the leases of ${date}`;
    return [{ found, ...MEND_ETCD }];
  }
  if (tunnel === undefined) {
    return [{ found: 'the tunnel device is not made yet', ...SAYS_WHAT_IS_MISSING }];
  }
  const meanwhile = mode.name === 'eager' ? 'entries may be missing' : 'questions wait';
  return listed ? [] : [{ found: `the leases are not listed yet: ${meanwhile}`, ...MEND_ETCD }];
}

const NO_LEASE: Problem = {
  found: 'no lease of the network covers it: no host has claimed it',
  ...command('systemctl start l3missd', 'on the host that is to have it'),
};
