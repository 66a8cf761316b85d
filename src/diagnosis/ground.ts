import type { DoctorParts } from './doctor-parts.ts';
import type { Outcome } from './outcome.ts';
import type { Reach } from './reach.ts';
import type { Standing } from './standing.ts';

/** What the doctor has to work with during one examination. */
export interface Ground extends Omit<DoctorParts, 'standing'> {
  /** As it was at the begin. */
  readonly standing: Standing;
  /** Which hosts are reached, and by how large packets; tried once for all checks that ask. */
  readonly reach: () => Promise<readonly Reach[]>;
}

export interface Check {
  /** Two or three words: `host forwarding`. */
  readonly name: string;
  /** Throws what keeps it from looking. */
  readonly look: (ground: Ground) => Outcome | Promise<Outcome>;
}
