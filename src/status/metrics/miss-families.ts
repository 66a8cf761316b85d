import type { Ending } from '../../misses/recording/outcomes.ts';
import { counter, type Family, labelled } from './family.ts';
import { HighWater } from './high-water.ts';
import { SubnetSeries } from './subnet-series.ts';

/** These series are there from the start, at 0: a rate needs a value from before the first one. */
const NO_MEMORY = { ENOBUFS: 0, ENOMEM: 0 };

/** How misses end. What was told is remembered, so each server needs its own. */
export function missFamilies(): Family[] {
  const highWater = new HighWater();
  const series = new SubnetSeries();
  return [
    {
      name: 'l3missd_misses_total',
      type: 'counter',
      help: 'Misses by how they ended; "recovered" are those with a lease that a dump found, after an overrun or the first list.',
      labels: ['kind', 'phase', 'outcome'],
      // When the kernel refuses late, one that had been counted as answered is counted as refused instead.
      read: ({ observer }) =>
        observer.outcomes.all().flatMap(({ count, ...labels }) => {
          const { kind, phase, outcome } = labels;
          const value = highWater.of(`${kind} ${phase} ${outcome}`, count);
          return value > 0 || canHappen(labels) ? [{ labels, value }] : [];
        }),
    },
    {
      name: 'l3missd_subnet_misses_total',
      type: 'counter',
      help: 'Misses by remote subnet: of the 50 with most, and of all others together as "other".',
      labels: ['subnet'],
      read: ({ observer }) => {
        const { subnets, others } = observer.subnetMisses();
        return series.read(subnets, others);
      },
    },
    labelled(
      'counter',
      ['l3missd_overruns_total', 'kind'],
      'Times that the kernel dropped notifications because the socket was full (ENOBUFS); L2 ones are meant to be.',
      ({ stats }) => ({ L3: stats.misses.overruns, L2: stats.l2Misses.overruns }),
    ),
    counter(
      'l3missd_overrun_recoveries_total',
      'Misses that a dump found after such an overrun, and answered.',
      ({ stats }) => stats.misses.overrunsRecovered,
    ),
    labelled(
      'counter',
      ['l3missd_refusals_total', 'errno'],
      'Requests of the resolver that the kernel refused, answers to misses among them.',
      ({ stats }) => ({ ...NO_MEMORY, ...stats.misses.refused }),
    ),
    counter(
      'l3missd_malformed_messages_total',
      'Messages on the miss socket that could not be read.',
      ({ stats }) => stats.misses.malformed,
    ),
  ];
}

/** Of L2 misses the agent hears once, and finds a lease or none. */
function canHappen({ kind, phase, outcome }: Ending): boolean {
  return kind === 'L3' || (phase === 'first' && (outcome === 'answered' || outcome === 'no-lease'));
}
