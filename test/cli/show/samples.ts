import type { Report } from '../../../src/cli/show/daemon-client.ts';
import type { Finding } from '../../../src/status/finding.ts';
import type { History, Interval } from '../../../src/status/history.ts';
import type { KernelTables } from '../../../src/status/kernel-tables.ts';
import type { Latency } from '../../../src/status/latency.ts';
import type { LeaseRow } from '../../../src/status/lease-row.ts';
import type { Lookup } from '../../../src/status/lookup.ts';
import type { Miss } from '../../../src/status/miss.ts';
import type { Top } from '../../../src/status/top.ts';
import { sampleStats } from '../../status/sample-stats.ts';
import { silentInterval } from '../../status/silent-interval.ts';

/** What a daemon says, each thing once with every kind of content. */
const NOON = Date.UTC(2026, 4, 4, 12);

function interval(at: number, answered: number): Interval {
  return {
    ...silentInterval(at),
    answered,
    refreshed: answered % 3,
    latencyP50: answered === 0 ? null : 45.9,
    latencyP99: answered === 0 ? null : 91.7,
  };
}

/** A minute that begins quietly and ends with a burst; its last second is not over. */
export const sampleHistory: History = {
  seconds: Array.from({ length: 60 }, (_, second) =>
    interval(NOON + second * 1000, second < 20 ? 0 : second * second),
  ),
  tenSeconds: Array.from({ length: 360 }, (_, place) => interval(NOON - 3_540_000 + place * 10_000, place)),
};

export const sampleLatency: Latency = {
  count: 15_513,
  p50: 45.9,
  p90: 62.25,
  p99: 1234.5,
  p999: 1_020_000,
  buckets: [{ below: 1.024, count: 0 }],
};

export const sampleKernel: KernelTables = {
  neighbours: {
    entries: 15_241,
    own: 15_201,
    softLimit: 128,
    middleLimit: 512,
    hardLimit: 1024,
    tableFulls: 3,
    unresolvedDiscards: 17,
  },
  sockets: [
    { name: 'misses', backlog: 0, drops: 12 },
    { name: 'L2 misses', backlog: 4096, drops: 0 },
  ],
};

export const sampleReport: Report = {
  stats: sampleStats,
  history: sampleHistory,
  latency: sampleLatency,
  kernel: sampleKernel,
};

export const sampleTop: Top = {
  destinations: Array.from({ length: 40 }, (_, place) => ({
    destination: `10.5.${7 + (place % 3)}.${place + 2}`,
    misses: 4000 - 90 * place,
  })),
  destinationError: 12,
  subnets: [
    { subnet: '10.5.8.0/24', misses: 9120 },
    { subnet: '10.5.9.0/24', misses: 4311 },
    { subnet: '10.5.10.0/24', misses: 1772 },
  ],
  subnetCount: 3,
  otherSubnets: 0,
};

const answered: Miss = {
  number: 41,
  at: '2026-05-04T11:59:59.917Z',
  kind: 'L3',
  phase: 'first',
  outcome: 'answered',
  destination: '10.5.7.2',
  subnet: '10.5.7.0/24',
  vtep: { address: '10.99.0.12', mac: '02:00:00:00:00:07' },
  latencyMicroseconds: 45.9,
  errno: null,
};

export const sampleMisses: Miss[] = [
  answered,
  { ...answered, number: 42, at: '2026-05-04T12:00:00.001Z', phase: 'refresh', latencyMicroseconds: 999.7 },
  { ...answered, number: 43, at: '2026-05-04T12:00:00.002Z', outcome: 'already-answered' },
  {
    ...answered,
    number: 44,
    at: '2026-05-05T00:00:00.000Z',
    outcome: 'no-lease',
    destination: '10.5.255.254',
    subnet: null,
    vtep: null,
  },
  { ...answered, number: 45, at: '2026-05-05T00:00:01.000Z', outcome: 'refused', errno: 'ENOBUFS' },
  { ...answered, number: 46, at: '2026-05-05T00:00:01.000Z', outcome: 'refused', errno: 'EADDRNOTAVAIL' },
  {
    ...answered,
    number: 47,
    at: '2026-05-05T00:00:02.000Z',
    outcome: 'recovered',
    destination: '110.155.177.211',
    subnet: '110.155.177.128/25',
    vtep: { address: '110.199.200.112', mac: '02:00:00:00:00:07' },
    latencyMicroseconds: null,
  },
  {
    ...answered,
    number: 48,
    at: '2026-05-05T00:00:03.000Z',
    kind: 'L2',
    destination: null,
    subnet: null,
    latencyMicroseconds: null,
  },
];

export const sampleLeases: LeaseRow[] = [
  {
    subnet: '10.5.7.0/24',
    owner: '10.99.0.12',
    mac: '02:00:00:00:00:07',
    backend: 'vxlan',
    expiresAt: '2026-05-05T11:59:00.000Z',
    neighbours: 3,
    misses: 1234,
  },
  {
    subnet: '110.155.177.0/24',
    owner: '110.199.200.112',
    mac: '02:00:00:00:00:08',
    backend: 'vxlan',
    expiresAt: null,
    neighbours: 32_768,
    misses: 0,
  },
  {
    subnet: '10.5.9.0/24',
    owner: '10.99.0.13',
    mac: '02:00:00:00:00:09',
    backend: 'vxlan',
    expiresAt: '2026-05-04T12:00:59.000Z',
    neighbours: 0,
    misses: 0,
  },
  {
    subnet: '10.5.10.0/24',
    owner: '10.99.0.14',
    mac: '02:00:00:00:00:0a',
    backend: 'vxlan',
    expiresAt: '2026-05-04T11:00:00.000Z',
    neighbours: 0,
    misses: 0,
  },
  {
    subnet: '10.5.11.0/24',
    owner: '10.99.0.15',
    mac: null,
    backend: 'host-gw',
    expiresAt: '2026-05-04T13:00:00.000Z',
    neighbours: 0,
    misses: 0,
  },
];

/** When the samples were taken: wall clock, milliseconds. */
export const SAMPLED_AT = NOON;

export const sampleFindings: Finding[] = [
  { check: 'host forwarding', state: 'good', found: 'net.ipv4.ip_forward is 1', mend: null, note: null },
  {
    check: 'FORWARD policy',
    state: 'bad',
    found:
      'the FORWARD chain of iptables drops by default, and no rule before that lets packets of the overlay pass',
    mend: 'iptables -P FORWARD ACCEPT',
    note: null,
  },
  {
    check: 'table limits',
    state: 'doubtful',
    found: 'gc_thresh3 is 1024',
    mend: 'sysctl -w net.ipv4.neigh.default.gc_thresh1=8192 net.ipv4.neigh.default.gc_thresh2=16384 net.ipv4.neigh.default.gc_thresh3=32768',
    note: "in the machine's first network namespace: the limits are those of all",
  },
  {
    check: 'clock',
    state: 'unknown',
    found: 'etcd did not answer in time',
    mend: null,
    note: 'it needs an etcd that answers',
  },
];

export const sampleLookup: Lookup = {
  address: '10.5.7.2',
  mode: 'lazy',
  relation: 'remote',
  lease: { subnet: '10.5.7.0/24', owner: '10.99.0.12', mac: '02:00:00:00:00:07' },
  decision: 'the first packet to the address makes the kernel ask, and the answer is a neighbour entry',
  route: { destination: '10.5.0.0/16', device: 'flannel.1', gateway: null, protocol: 113 },
  neighbour: { address: '10.5.7.2', mac: '02:00:00:00:00:99', state: 'PERMANENT', ours: false },
  forwarding: { mac: '02:00:00:00:00:99', endpoint: null },
  misses: sampleMisses.slice(0, 3),
  problems: [
    {
      found:
        "the neighbour's MAC is 02:00:00:00:00:99, and the lease says 02:00:00:00:00:07: packets go nowhere",
      mend: 'ip neigh replace 10.5.7.2 lladdr 02:00:00:00:00:07 dev flannel.1 nud permanent',
      note: null,
    },
  ],
};

/** An address that nobody knows anything of. */
export const strangerLookup: Lookup = {
  address: '192.0.2.1',
  mode: 'eager',
  relation: 'outside',
  lease: null,
  decision: 'nothing: it is not in 10.5.0.0/16',
  route: null,
  neighbour: null,
  forwarding: null,
  misses: [],
  problems: [],
};
