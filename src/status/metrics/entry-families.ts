import { counter, type Family, gauge, labelled } from './family.ts';

/** What the agent holds in the kernel, and what became of it. */
export function entryFamilies(): Family[] {
  return [
    gauge('l3missd_neighbours', "Neighbours in the agent's care.", ({ stats }) => stats.neighbours.installed),
    counter(
      'l3missd_neighbours_written_total',
      'Neighbours that were new, and written because the kernel asked for them.',
      ({ stats }) => stats.neighbours.written,
    ),
    counter(
      'l3missd_neighbours_adopted_total',
      'Neighbours that were there at the start and right.',
      ({ stats }) => stats.neighbours.adopted,
    ),
    counter(
      'l3missd_neighbours_rewritten_total',
      'Neighbours that followed a lease to another MAC.',
      ({ stats }) => stats.neighbours.rewritten,
    ),
    counter(
      'l3missd_neighbours_mended_total',
      'Neighbours, and forwarding entries on demand, that somebody else changed and that were put right.',
      ({ stats }) => stats.neighbours.mended,
    ),
    counter(
      'l3missd_neighbours_removed_total',
      'Neighbours that went because their lease went.',
      ({ stats }) => stats.neighbours.removed,
    ),
    counter(
      'l3missd_neighbours_expired_total',
      'Neighbours that went because nobody used them for the idle time-out.',
      ({ stats }) => stats.neighbours.expired,
    ),
    labelled(
      'counter',
      ['l3missd_neighbours_evicted_total', 'reason'],
      'Neighbours that went because there were too many: "idle", or "pressure" when they may have been in use.',
      ({ stats: { neighbours } }) => ({
        idle: neighbours.evictedIdle,
        pressure: neighbours.evictedUnderPressure,
      }),
    ),
    gauge('l3missd_subnet_routes', 'Routes to remote subnets.', ({ stats }) => stats.routes.subnets),
    labelled(
      'counter',
      ['l3missd_route_changes_total', 'change'],
      'Routes to remote subnets that were written, removed, or refused by the kernel ("failed").',
      ({ stats: { routes } }) => changes(routes),
    ),
    gauge(
      'l3missd_forwarding_entries',
      'Forwarding entries of the tunnel device.',
      ({ stats }) => stats.forwarding.entries,
    ),
    labelled(
      'counter',
      ['l3missd_forwarding_changes_total', 'change'],
      'Forwarding entries that were written, removed, or refused by the kernel ("failed").',
      ({ stats: { forwarding } }) => changes(forwarding),
    ),
  ];
}

interface Changes {
  readonly written: number;
  readonly removed: number;
  readonly failed: number;
}

function changes({ written, removed, failed }: Changes): Record<string, number> {
  return { written, removed, failed };
}
