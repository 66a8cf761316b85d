import type { Figure } from './figure.ts';

const PACKETS = 'First and second packet';
const STEADY = 'Steady forwarding';
const BURST = 'Burst to new destinations';

const byShare = { better: 'less', byActive: true } as const;

const SAMPLED =
  'every pod of up to 15 active nodes, one destination after another, as a ping (ICMP echo) from a container that the remote kernel answers';

/** The 99th of a hundred is the last but one: of fewer it would be the worst that ever happened. */
export const FEWEST_FOR_P99 = 100;

const PACKET_FIGURES: readonly Figure[] = (['first', 'second'] as const).flatMap((which) => [
  {
    ...byShare,
    id: `${which}.latency.p50`,
    series: `${which}.middle`,
    statistic: 'smallest',
    group: PACKETS,
    title: `${which} packet, p50`,
    unit: 'us',
    sentence: `Round trip of the ${which} packet to a destination, in the middle of those hundred (or of all, where they are fewer) that were disturbed least: ${SAMPLED}.`,
  },
  {
    ...byShare,
    id: `${which}.latency.p99`,
    series: `${which}.latency`,
    statistic: 'p99',
    fewest: FEWEST_FOR_P99,
    group: PACKETS,
    title: `${which} packet, p99`,
    unit: 'us',
    sentence: `Round trip of the ${which} packet that 99 of 100 destinations of a round do not exceed, in the round in the middle: ${SAMPLED}.`,
  },
  {
    ...byShare,
    id: `${which}.lost`,
    series: `${which}.lost`,
    statistic: 'sum',
    group: PACKETS,
    title: `${which} packet, lost`,
    unit: '',
    sentence: `Destinations whose ${which} packet was not answered within a second, in all rounds together: ${SAMPLED}.`,
  },
]);

/** First packets, steady forwarding, bursts. */
export const TRAFFIC_FIGURES: readonly Figure[] = [
  ...PACKET_FIGURES,
  {
    id: 'steady.rate',
    series: 'steady.rate',
    statistic: 'largest',
    group: STEADY,
    title: 'packets per second',
    unit: '',
    better: 'more',
    byActive: false,
    sentence:
      'Pings answered per second, with at most 32 under way, to one pod of every node in turn, all of which were talked to before; from the container through the tunnel and back; in that of 15 times 60 ms a round that was disturbed least.',
  },
  {
    id: 'steady.roundTrip',
    series: 'steady.roundTrip',
    statistic: 'smallest',
    group: STEADY,
    title: 'round trip, p50',
    unit: 'us',
    better: 'less',
    byActive: false,
    sentence:
      'Round trip in the middle, one ping at a time, to the same destinations; in that of 15 times 20 ms a round that was disturbed least.',
  },
  {
    ...byShare,
    id: 'burst.answered',
    series: 'burst.answered',
    statistic: 'median',
    group: BURST,
    title: 'answered',
    unit: '%',
    better: 'more',
    sentence:
      'One ping each to pods of nodes that nothing was sent to before, sent as fast as possible: all pods of the active nodes, in up to five bursts of at most 512 (the kernel lets 1,024 addresses of the whole machine wait, gc_thresh3); the share that was answered.',
  },
  {
    ...byShare,
    id: 'burst.lost',
    series: 'burst.lost',
    statistic: 'sum',
    group: BURST,
    title: 'lost',
    unit: '',
    sentence: 'Pings of these bursts that were not answered within 3.5 s, in all rounds together.',
  },
  {
    ...byShare,
    id: 'burst.last',
    series: 'burst.last',
    statistic: 'median',
    group: BURST,
    title: 'time to the last',
    unit: 'ms',
    sentence: 'From the first ping of the burst to the last answer.',
  },
];
