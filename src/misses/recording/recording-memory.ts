import { journalMemory } from './journal-layout.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import { SubnetCounts } from './subnet-counts.ts';

/** The shared memory of a recording: what a resolver leaves, its successor goes on with. */
export interface RecordingMemory {
  readonly outcomes: SharedArrayBuffer;
  readonly latencies: SharedArrayBuffer;
  readonly subnets: SharedArrayBuffer;
  readonly journal: SharedArrayBuffer;
  /** One word: 1 when main wants to be told of the next record, because it looks no more. */
  readonly asleep: SharedArrayBuffer;
}

/** The ring has room for as many at least: more than a second of the fastest flood, within which main takes them over. */
const RECORDS_AT_LEAST = 262_144;

/** @param records how many of the latest misses are to be kept */
export function recordingMemory(records: number): RecordingMemory {
  return {
    outcomes: new OutcomeCounts().memory,
    latencies: new LatencyHistogram().memory,
    subnets: new SubnetCounts().memory,
    asleep: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    // A reader does not come near those that are written just then.
    journal: journalMemory(2 ** Math.ceil(Math.log2(Math.max(RECORDS_AT_LEAST, 2 * records)))),
  };
}
