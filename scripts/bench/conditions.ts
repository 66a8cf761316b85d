import { BenchFault } from './bench-fault.ts';
import type { Burst, Pairs } from './samples.ts';

/** Of what was to happen in a second so much has to, or the figure is one of another experiment. */
const LEAST = 0.5;

/**
 * Of a destination without an answer there is no cost.
 *
 * @throws BenchFault
 */
export function requireAnswers<T extends Pairs>(pairs: T): T {
  if (pairs.unanswered > 0) {
    throw new BenchFault('cost of one miss', `${pairs.unanswered} destinations without an answer`, 'none');
  }
  return pairs;
}

/**
 * What of datagrams and lease changes did not come as fast as it was to.
 *
 * @param changesPerSecond 0 where none were to come
 */
export function paceFault(
  {
    accepted,
    changes,
    sendingSeconds,
  }: Pick<Burst, 'accepted' | 'sendingSeconds'> & { readonly changes: number },
  sendsPerSecond: number,
  changesPerSecond: number,
): BenchFault | undefined {
  for (const [what, amount, due] of [
    ['datagrams', accepted, sendsPerSecond],
    ['lease changes', changes, changesPerSecond],
  ] as const) {
    const pace = amount / sendingSeconds;
    if (pace < due * LEAST) {
      return new BenchFault(what, `${Math.round(pace)} a second`, `at least ${Math.round(due * LEAST)}`);
    }
  }
  return undefined;
}
