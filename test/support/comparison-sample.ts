import type { Results, Sample } from '../../src/compare/results.ts';

const NODES = [10, 100, 1000];
const ACTIVE = [0.01, 0.1, 1];
const PODS = 20;
const ROUNDS = 5;

interface Place {
  readonly nodes: number;
  /** Nodes that are talked to. */
  readonly hosts: number;
}

/** Values by series, of one contestant; `noisy` spreads a value by some per cent. */
type Model = (place: Place, noisy: (value: number) => number) => Readonly<Record<string, number | number[]>>;

const common: Model = (_, noisy) => ({
  'second.latency': list(20, () => noisy(38)),
  'steady.rate': noisy(260_000),
  'steady.trip': noisy(36),
  'killed.known': 100,
  'first.lost': 0,
});

const lazy: Model = (place, noisy) => ({
  ...common(place, noisy),
  'start.time': noisy(210 + place.nodes * 0.03),
  'start.requests': 14 + place.nodes,
  'start.bytes': 900 + place.nodes * 64,
  'tables.routes': 1,
  'tables.neighbours': place.hosts * PODS,
  'first.latency': list(40, (index) => noisy(index === 39 ? 240 : 92)),
  'join.one': noisy(9),
  'join.hundred': noisy(14),
  'burst.answered': 100,
  'burst.last': noisy(3 + place.hosts * 0.4),
  'killed.new': 0,
  'usage.processor': noisy(310),
  'usage.memory': noisy(74 + place.nodes / 500),
});

const lazySubnet: Model = (place, noisy) => ({
  ...lazy(place, noisy),
  'start.requests': 14,
  'start.bytes': 900,
  'tables.routes': 1,
  'tables.neighbours': place.hosts,
  'first.latency': list(40, (index) => noisy(index < 2 ? 110 : 41)),
  'burst.last': noisy(3 + place.hosts * 0.03),
});

const eager: Model = (place, noisy) => ({
  ...lazy(place, noisy),
  'start.time': noisy(205 + place.nodes * 0.4),
  'start.requests': 12 + 3 * place.nodes,
  'start.bytes': 800 + 190 * place.nodes,
  'tables.routes': place.nodes,
  'tables.neighbours': place.nodes,
  'first.latency': list(40, () => noisy(40)),
  'join.hundred': noisy(21),
  'burst.last': noisy(2.5),
  'killed.new': 100,
  'usage.processor': noisy(300 + place.nodes * 0.5),
});

const flanneld: Model = (place, noisy) => ({
  ...eager(place, noisy),
  'start.time': noisy(1050 + place.nodes * 1.1),
  'steady.rate': noisy(255_000),
  'join.one': noisy(24),
  'join.hundred': noisy(180),
  'usage.processor': noisy(60 + place.nodes * 0.9),
  'usage.memory': noisy(31),
});

const MODELS: Readonly<Record<string, Model>> = { lazy, 'lazy-subnet': lazySubnet, eager, flanneld };
/** What depends on the share of nodes that is talked to. */
const BY_ACTIVE = /^(first|second|burst)\.|^tables\.neighbours$/;

/** A run of three modes and a peer, the same whenever it is made; the kernel's memory is left out. */
export function sampleResults(change: Partial<Results> = {}): Results {
  return {
    format: 2,
    startedAt: '2026-11-20T09:30:00.000Z',
    seconds: 517.3,
    interrupted: false,
    machine: {
      processor: 'Intel(R) Xeon(R) Processor @ 2.90GHz',
      processors: 2,
      memoryMiB: 7950,
      kernel: '6.18.5',
      node: 'v20.19.2',
      l3missd: '0.1.0',
      root: false,
      limits: { 'net/ipv4/neigh/default/gc_thresh3': 1024, 'net/core/rmem_max': 4_194_304 },
    },
    plan: {
      contestants: Object.keys(MODELS).map((name) => ({ name, kind: name === 'flanneld' ? 'peer' : 'mode' })),
      nodes: NODES,
      active: ACTIVE,
      podsPerNode: PODS,
      rounds: ROUNDS,
    },
    leftOut: ['kernel memory: /proc/slabinfo cannot be read without root'],
    samples: samples(),
    setAside: [],
    ...change,
  };
}

function samples(): Sample[] {
  const noisy = noise();
  const rounds = Array.from({ length: ROUNDS }, (_, index) => index + 1);
  return rounds.flatMap((round) =>
    Object.entries(MODELS).flatMap(([contestant, model]) =>
      NODES.flatMap((nodes) => [
        ...ACTIVE.flatMap((active) =>
          Object.entries(model({ nodes, hosts: Math.ceil(nodes * active) }, noisy))
            .filter(([series]) => BY_ACTIVE.test(series))
            .map(([series, value]) => ({ series, contestant, nodes, active, round, values: [value].flat() })),
        ),
        ...Object.entries(model({ nodes, hosts: nodes }, noisy))
          .filter(([series]) => !BY_ACTIVE.test(series))
          .map(([series, value]) => ({ series, contestant, nodes, round, values: [value].flat() })),
      ]),
    ),
  );
}

/** Up to 5 % more or less, by a linear congruence (Numerical Recipes). */
function noise(): (value: number) => number {
  let state = 7;
  return (value) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return value * (0.95 + (state / 2 ** 32) * 0.1);
  };
}

function list(length: number, value: (index: number) => number): number[] {
  return Array.from({ length }, (_, index) => value(index));
}
