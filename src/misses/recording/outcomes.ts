/** What the kernel had no entry for: the MAC of an address (L3), or where a MAC is (L2). */
export const KINDS = ['L3', 'L2'] as const;
export type Kind = (typeof KINDS)[number];

/** Whether there was no entry yet (INCOMPLETE), or one that is in use asked for confirmation (PROBE). */
export const PHASES = ['first', 'refresh'] as const;
export type Phase = (typeof PHASES)[number];

/** How a miss ends. The order is that of the shared memory. */
export const OUTCOMES = [
  /** The entry was written with the MAC of the lease's host. */
  'answered',
  /** The same had been written already: the kernel had asked again before, and the question had waited. */
  'already-answered',
  /** No lease covers the address: the entry was removed, and the sender was told. */
  'no-lease',
  /** The same, of an address in this host's own subnet, which the tunnel leads nowhere. */
  'own-subnet',
  /** It came before the first complete list of leases, and was left for the dump that follows it. */
  'held',
  /** A dump found it, after the kernel had dropped notifications or after the first list: answered then. */
  'recovered',
  /** The kernel refused the answer, with an errno. */
  'refused',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Places in OUTCOMES, for the path of a miss, which compares no texts. */
export const ANSWERED = 0;
export const ALREADY_ANSWERED = 1;
export const NO_LEASE_FOUND = 2;
export const OWN_SUBNET = 3;
export const HELD = 4;
export const RECOVERED = 5;
export const REFUSED = 6;

/** Places in KINDS and PHASES. */
export const L3 = 0;
export const L2 = 1;
export const FIRST = 0;
export const REFRESH = 1;

/** How many ways there are. */
export const ENDINGS = KINDS.length * PHASES.length * OUTCOMES.length;

/** One number for kind, phase and outcome: 0 to ENDINGS - 1. */
export function endingOf(kind: number, phase: number, outcome: number): number {
  return (kind * PHASES.length + phase) * OUTCOMES.length + outcome;
}

/** Whether it says that the kernel refused the answer. */
export function isRefused(ending: number): boolean {
  return ending % OUTCOMES.length === REFUSED;
}

/** How a miss ended, in words. */
export interface Ending {
  readonly kind: Kind;
  readonly phase: Phase;
  readonly outcome: Outcome;
}

/** Every ending, in the order of its number. */
export const ALL_ENDINGS: readonly Ending[] = KINDS.flatMap((kind) =>
  PHASES.flatMap((phase) => OUTCOMES.map((outcome) => ({ kind, phase, outcome }))),
);
