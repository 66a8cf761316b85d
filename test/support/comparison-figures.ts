import type { Figure } from '../../src/compare/figure.ts';

type Short = Pick<Figure, 'id' | 'title' | 'unit' | 'sentence'> & Partial<Figure>;

function group(name: string, figures: readonly Short[]): Figure[] {
  return figures.map((figure) => ({
    series: figure.id,
    statistic: 'median',
    group: name,
    better: 'less',
    byActive: false,
    ...figure,
  }));
}

/** A small catalogue with something of everything: both directions, all statistics, with and without a share. */
export const sampleFigures: readonly Figure[] = [
  ...group('From start to ready', [
    {
      id: 'start.time',
      title: 'start to ready',
      unit: 'ms',
      sentence: 'From the start of the process to its word that it is ready.',
    },
    {
      id: 'start.requests',
      title: 'netlink requests',
      unit: '',
      sentence: 'Requests written to the kernel until ready, counted by strace.',
    },
    { id: 'start.bytes', title: 'bytes written', unit: 'B', sentence: 'Bytes of those requests.' },
  ]),
  ...group('Tables', [
    {
      id: 'tables.routes',
      title: 'routes after start',
      unit: '',
      sentence: 'Routes over the tunnel device when the agent is ready.',
    },
    {
      id: 'tables.neighbours',
      title: 'neighbours after traffic',
      unit: '',
      byActive: true,
      sentence: 'Neighbour entries after one packet to every pod of the active nodes.',
    },
    {
      id: 'tables.memory',
      title: 'kernel memory',
      unit: 'KiB',
      sentence: 'What the slab statistics grew by.',
    },
  ]),
  ...group('First and second packet', [
    {
      id: 'first.latency.p50',
      series: 'first.latency',
      title: 'first packet, p50',
      unit: 'us',
      byActive: true,
      sentence: 'From sending the first packet to a pod to its answer.',
    },
    {
      id: 'first.latency.p99',
      series: 'first.latency',
      statistic: 'p99',
      title: 'first packet, p99',
      unit: 'us',
      byActive: true,
      sentence: 'The same; one in a hundred took longer.',
    },
    {
      id: 'first.lost',
      statistic: 'sum',
      title: 'first packets lost',
      unit: '',
      byActive: true,
      sentence: 'First packets without an answer within five seconds, of all rounds.',
    },
    {
      id: 'second.latency.p50',
      series: 'second.latency',
      title: 'second packet, p50',
      unit: 'us',
      byActive: true,
      sentence: 'The packet after it.',
    },
  ]),
  ...group('Steady forwarding', [
    {
      id: 'steady.rate',
      title: 'packets per second',
      unit: '/s',
      better: 'more',
      sentence: 'Small packets to all destinations in turn, for two seconds.',
    },
    {
      id: 'steady.trip',
      title: 'round trip',
      unit: 'us',
      sentence: 'A packet there and back, with all entries present.',
    },
  ]),
  ...group('Membership', [
    {
      id: 'join.one',
      title: 'one node joins',
      unit: 'ms',
      sentence: 'From the write to etcd to the first packet that reaches it.',
    },
    {
      id: 'join.hundred',
      title: 'a hundred join',
      unit: 'ms',
      sentence: 'From the write to etcd to the first packet that reaches the last of them.',
    },
  ]),
  ...group('Burst', [
    {
      id: 'burst.answered',
      title: 'answered',
      unit: '%',
      better: 'more',
      byActive: true,
      sentence: 'Of new destinations that are asked for at once.',
    },
    {
      id: 'burst.last',
      statistic: 'largest',
      title: 'time to the last',
      unit: 'ms',
      byActive: true,
      sentence: 'Until the last of them answered.',
    },
  ]),
  ...group('Agent killed', [
    {
      id: 'killed.known',
      title: 'known, after 60 s',
      unit: '%',
      better: 'more',
      sentence: 'Known destinations that answer a minute after SIGKILL.',
    },
    {
      id: 'killed.new',
      title: 'new, after 60 s',
      unit: '%',
      better: 'more',
      sentence: 'New destinations that answer a minute after SIGKILL.',
    },
  ]),
  ...group('Processor and memory', [
    {
      id: 'usage.processor',
      title: 'processor time',
      unit: 'ms',
      sentence: 'User and system time of the agent from its start to ready.',
    },
    {
      id: 'usage.memory',
      statistic: 'largest',
      title: 'resident memory',
      unit: 'MiB',
      sentence: 'The largest VmRSS of the agent.',
    },
  ]),
];
