import type { OutcomeCounts } from './outcome-counts.ts';
import type { Outcome } from './outcomes.ts';

/** How many misses ended in which way, phases together where nobody asks for them apart. */
export interface OutcomeTotals {
  /** First packets answered with the MAC of the lease's host. */
  readonly answered: number;
  /** Entries in use that were confirmed. */
  readonly refreshed: number;
  readonly alreadyAnswered: number;
  readonly noLease: number;
  readonly ownSubnet: number;
  readonly held: number;
  readonly recovered: number;
  /** Answers that the kernel refused. */
  readonly notTaken: number;
}

export function totalsOf(outcomes: OutcomeCounts): OutcomeTotals {
  const both = (outcome: Outcome) => outcomes.of('first', outcome) + outcomes.of('refresh', outcome);
  return {
    answered: outcomes.of('first', 'answered'),
    refreshed: outcomes.of('refresh', 'answered'),
    alreadyAnswered: both('already-answered'),
    noLease: both('no-lease'),
    ownSubnet: both('own-subnet'),
    held: both('held'),
    recovered: both('recovered'),
    notTaken: both('refused'),
  };
}
