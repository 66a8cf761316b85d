import type { Miss } from '../status/miss.ts';

type Outcome = Miss['outcome'];

/** Every outcome, in the order of the filter. The record makes the compiler see to it that none is left out. */
const NAMES: Readonly<Record<Outcome, true>> = {
  answered: true,
  'already-answered': true,
  'no-lease': true,
  'own-subnet': true,
  held: true,
  recovered: true,
  refused: true,
};

export const OUTCOME_NAMES: readonly string[] = Object.keys(NAMES);

/** The outcome of that name; undefined of any other text. */
export function outcomeOf(text: string): Outcome | undefined {
  return isOutcome(text) ? text : undefined;
}

function isOutcome(text: string): text is Outcome {
  return Object.hasOwn(NAMES, text);
}
