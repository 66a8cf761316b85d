import { type NeighbourStatistics, readNeighbourStatistics } from '../../kernel/neighbour-statistics.ts';
import type { Check } from '../ground.ts';
import { bad, command, doubtful, good, type Outcome } from '../outcome.ts';

/** The kernel's own limit (net/ipv4/arp.c), which serves a small cluster. */
const LEAST = 1024;

/** What is enough for a table that was full with less than that. */
const AFTER_FULL = 8192;

/**
 * Each other host may take an entry for its end of the tunnel, and so may each container of this host; the agent's own
 * entries are PERMANENT and do not count. Twice as many, for those that wait for an answer at the same time, and as many
 * again to spare.
 */
const PER_HOST = 4;

/** Whether the kernel's table of neighbours is large enough for the cluster. */
export const neighbourTable: Check = {
  name: 'neighbour table',
  look: ({ kernel, standing }) => judge(readNeighbourStatistics(kernel), standing.leases.length),
};

/** @param hosts how many others there are */
export function judge(
  { hardLimit, tableFulls }: Pick<NeighbourStatistics, 'hardLimit' | 'tableFulls'>,
  hosts: number,
): Outcome {
  const enough = Math.max(tableFulls > 0 ? AFTER_FULL : LEAST, powerOfTwoFrom(hosts * PER_HOST));
  const [soft, middle, hard] = [enough / 8, enough / 2, enough].map(
    (limit, index) => `net.ipv4.neigh.default.gc_thresh${index + 1}=${limit}`,
  );
  const mend = command(
    `sysctl -w ${soft} ${middle} ${hard}`,
    "in the machine's first network namespace: the limits are those of all",
  );
  const limit = `the kernel's table of neighbours holds ${hardLimit} that are not permanent`;
  if (hardLimit < hosts) {
    return bad(`${limit}, and there are ${hosts} other hosts`, mend);
  }
  if (hardLimit >= enough) {
    return good(`${limit}, which is enough for ${hosts} other hosts`);
  }
  return tableFulls > 0
    ? doubtful(`${limit}, and has refused ${tableFulls} since the machine's start because it was full`, mend)
    : doubtful(`${limit}, which is little for ${hosts} other hosts`, mend);
}

function powerOfTwoFrom(least: number): number {
  return least <= 1 ? 1 : 2 ** Math.ceil(Math.log2(least));
}
