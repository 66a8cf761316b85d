import { KILLED_AFTER } from './figures-of-changes.ts';

/** How long the parts of a comparison wait, and how often they are repeated; tests wait less and repeat nothing. */
export interface Schedule {
  /** Milliseconds after the kill, one for each of `KILLED_AFTER`. */
  readonly killedAfterMs: readonly number[];
  /** The idle time-out that our modes are given where what is idle is counted. */
  readonly idleSeconds: number;
  /** A program that is not ready after so many milliseconds never is. */
  readonly readyWithinMs: number;
  /** Nodes that do not answer within so many milliseconds after a start do not answer. */
  readonly reachedWithinMs: number;
  /** Which share of the rounds is taken again at most because the hypervisor disturbed them. */
  readonly spareShare: number;
}

export const SCHEDULE: Schedule = {
  killedAfterMs: KILLED_AFTER.map((seconds) => seconds * 1000),
  idleSeconds: 2,
  readyWithinMs: 60_000,
  reachedWithinMs: 20_000,
  // The whole is to take less than ten minutes by default.
  spareShare: 0.05,
};
