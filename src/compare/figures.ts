import type { Figure } from './figure.ts';
import { CHANGE_FIGURES } from './figures-of-changes.ts';
import { TRAFFIC_FIGURES } from './figures-of-traffic.ts';

const START = 'From start to ready';
const ENTRIES = 'Entries of the tunnel device';

const common = { statistic: 'median', better: 'less', byActive: false } as const;

const START_FIGURES: readonly Figure[] = [
  {
    ...common,
    id: 'start.ready',
    series: 'start.ready',
    group: START,
    title: 'ready after',
    unit: 'ms',
    sentence:
      'From the start of the process, with all leases in etcd and nothing in the kernel, until the subnet file is written and the first, the middle and the last node in the order of their keys have answered a ping from a container.',
  },
  {
    ...common,
    id: 'start.requests',
    series: 'start.requests',
    group: START,
    title: 'netlink requests',
    unit: '',
    sentence:
      'Messages by which the agent asked route netlink to change something until its tables stood still, counted by strace in a start that is not timed and without traffic.',
  },
  {
    ...common,
    id: 'start.bytes',
    series: 'start.bytes',
    group: START,
    title: 'netlink bytes',
    unit: 'KiB',
    sentence: 'The bytes of these messages.',
  },
];

const MOMENTS = [
  ['start', 'after start', 'when the tables stand still after a start, before any traffic', false],
  [
    'traffic',
    'after traffic',
    'after a packet to every pod of every active node, when the tables stood still for 2.5 s',
    true,
  ],
  [
    'idle',
    'after idling',
    'after traffic to the largest active share, when nothing was sent for so long that nothing more went; our modes have an idle time-out of two seconds for this, peers run as they are',
    false,
  ],
] as const;

const TABLES = [
  ['routes', 'Routes through the tunnel device'],
  ['neighbours', 'Neighbour (ARP) entries of the tunnel device in any state'],
  ['forwarding', 'Forwarding (FDB) entries of the tunnel device'],
] as const;

const ENTRY_FIGURES: readonly Figure[] = MOMENTS.flatMap(([moment, title, when, byActive]) =>
  TABLES.map(([table, what]) => ({
    ...common,
    id: `entries.${moment}.${table}`,
    series: `entries.${moment}.${table}`,
    group: ENTRIES,
    title: `${table} ${title}`,
    unit: '',
    byActive,
    sentence: `${what}, ${when}, counted with iproute2.`,
  })),
);

const MEMORY: Figure = {
  ...common,
  id: 'entries.memory',
  series: 'entries.memory',
  group: ENTRIES,
  title: 'kernel memory',
  unit: 'KiB',
  sentence:
    'What the kernel frees in its caches kmalloc and ip_fib when the tunnel device is removed, with the agent killed before, after traffic to the largest active share and to every node (/proc/slabinfo as root; to some 50 KiB, the device itself among it). In the first three rounds, and of at least 1,000 entries.',
};

/** What the agent does by itself, such as looking at its device, falls into one turn and not into another. In milliseconds. */
const PROCESSOR_RESOLUTION = 5;
/** The same where it is watched once, for six seconds at least. */
const IDLING_RESOLUTION = 20;

const PHASES = [
  ['start', 'start', 'from its start until it is ready', false],
  ['burst', 'burst', 'during the burst to new destinations', true],
  ['traffic', 'first packets', 'while every pod of every active node gets its first packets', true],
  ['steady', 'steady forwarding', 'during steady forwarding, which takes 1.2 s', false],
  ['changes', 'changes', 'while nodes join, move and leave', false],
  ['idle', 'idling', 'from the last packet on, until what is idle is gone', false],
] as const;

/** Processor time and memory of the agent in each of the measurements. */
const USAGE_FIGURES: readonly Figure[] = PHASES.flatMap(([phase, title, when, byActive]) => [
  {
    ...common,
    id: `usage.${phase}.cpu`,
    series: `usage.${phase}.cpu`,
    group: 'The agent itself',
    title: `processor, ${title}`,
    unit: 'ms',
    resolution: phase === 'idle' ? IDLING_RESOLUTION : PROCESSOR_RESOLUTION,
    byActive,
    sentence: `Processor time of the agent and its children ${when} (schedstat of their threads).`,
  },
  {
    ...common,
    id: `usage.${phase}.memory`,
    series: `usage.${phase}.memory`,
    group: 'The agent itself',
    title: `memory, ${title}`,
    unit: 'MiB',
    byActive,
    sentence: `Resident memory of the agent and its children at the end of what is measured there: ${when}.`,
  },
]);

/** The rows of the comparison, in the order in which they are shown. */
export const FIGURES: readonly Figure[] = [
  ...START_FIGURES,
  ...ENTRY_FIGURES,
  MEMORY,
  ...TRAFFIC_FIGURES,
  ...CHANGE_FIGURES,
  ...USAGE_FIGURES,
];
