import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { LabFault } from './lab-fault.ts';

export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly kernel: string;
  readonly node: string;
  readonly memoryMiB: number;
  /** Sysctls under /proc/sys as they were found; those that are out of reach here are left out. */
  readonly limits: Readonly<Record<string, number>>;
}

const LIMITS = [
  'net/ipv4/neigh/default/gc_thresh1',
  'net/ipv4/neigh/default/gc_thresh2',
  'net/ipv4/neigh/default/gc_thresh3',
  'net/core/rmem_max',
  'net/core/wmem_max',
];

export function describeMachine(): Machine {
  const found = LIMITS.flatMap((name): [string, number][] => {
    const text = readOrNothing(`/proc/sys/${name}`);
    return text === undefined ? [] : [[name, Number(text)]];
  });
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    kernel: release(),
    node: process.version,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    limits: Object.fromEntries(found),
  };
}

/** Which processors the two ends of the traffic run on. */
export interface Placement {
  /** What sends and answers traffic, etcd, and what measures. */
  readonly traffic: number;
  /** Whatever answers the misses, alone. */
  readonly agent: number;
}

/** The first two processors that this process may use; one serves for both where there is no other. */
export function placement(status = readFileSync('/proc/self/status', 'utf8')): Placement {
  const list = /^Cpus_allowed_list:\s*(\d\S*)$/m.exec(status)?.[1] ?? 'none';
  const allowed = list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return last > first ? [first, first + 1] : [first];
  });
  const [traffic, agent = traffic] = allowed;
  if (traffic === undefined || agent === undefined || Number.isNaN(traffic)) {
    throw new LabFault('/proc/self/status', `Cpus_allowed_list ${JSON.stringify(list)}`, 'a list of numbers');
  }
  return { traffic, agent };
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) {
      return undefined;
    }
    throw error;
  }
}
