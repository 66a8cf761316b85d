import { atOnce, manyAtOnce } from './figures/at-once.ts';
import type { Experiment } from './figures/experiment.ts';
import { forwardingEntries } from './figures/forwarding-entries.ts';
import { missCost } from './figures/miss-cost.ts';
import { recordingCost } from './figures/recording-cost.ts';
import { idle, memory } from './figures/resources.ts';
import { withChanges } from './figures/with-changes.ts';

/** In the order in which they run: `memory` leaves the yardstick's host in another cluster, so it comes late. */
export const EXPERIMENTS: readonly Experiment[] = [
  missCost,
  atOnce,
  manyAtOnce,
  recordingCost,
  withChanges,
  forwardingEntries,
  memory,
  idle,
];
