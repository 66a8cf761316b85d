import { Counters } from '../../src/misses/counters.ts';
import { Recording } from '../../src/misses/recording/recording.ts';
import { recordingMemory } from '../../src/misses/recording/recording-memory.ts';
import type { RemoteHost } from '../../src/misses/remote-host.ts';
import type { Ipv4 } from '../../src/net/ipv4.ts';
import { formatIpv4 } from '../../src/net/ipv4.ts';
import type { StatusSources } from '../../src/status/api.ts';
import type { KernelTables } from '../../src/status/kernel-tables.ts';
import { Observer } from '../../src/status/observer.ts';
import type { Stats } from '../../src/status/stats.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { sampleStats } from './sample-stats.ts';

export const sampleKernel: KernelTables = {
  neighbours: {
    entries: 15_300,
    own: 15_201,
    softLimit: 128,
    middleLimit: 512,
    hardLimit: 1024,
    tableFulls: 2,
    unresolvedDiscards: 17,
  },
  sockets: [
    { name: 'misses', backlog: 832, drops: 5 },
    { name: 'l2-misses', backlog: 0, drops: 40 },
  ],
};

/** A miss that is answered. */
export interface Answered {
  readonly destination: Ipv4;
  /** See outcomes.ts. */
  readonly phase: number;
  readonly outcome: number;
  readonly host: RemoteHost | undefined;
  readonly milliseconds: number;
}

/** What a status server is given, with a real recording behind it that a test writes to. */
export function sampleSources(found: { readonly stats?: Stats; readonly kernel?: KernelTables } = {}) {
  const { stats = sampleStats, kernel = sampleKernel } = found;
  const memory = recordingMemory(1000);
  let time = 0;
  const recording = new Recording(memory, () => time);
  const observer = new Observer({
    recording: memory,
    counters: new Counters(),
    kept: 1000,
    clock: new ManualClock(),
  });
  const sources: StatusSources = {
    stats: () => stats,
    observer,
    kernel: () => kernel,
    leases: async () => [],
    lookup: (address) => ({
      address: formatIpv4(address),
      mode: stats.programming,
      relation: 'nobody',
      lease: null,
      decision: 'its sender is told',
      route: null,
      neighbour: null,
      forwarding: null,
      misses: [],
      problems: [],
    }),
  };
  const answer = ({ destination, phase, outcome, host, milliseconds }: Answered) => {
    recording.noteRead();
    recording.noteAnswer(destination, phase, outcome, host);
    recording.noteWriting();
    time += milliseconds;
    recording.noteWritten();
  };
  return { sources, recording, memory, answer };
}
