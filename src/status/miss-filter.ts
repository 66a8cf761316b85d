import type { Glance } from '../misses/recording/journal-reader.ts';
import { OUTCOMES, type Outcome } from '../misses/recording/outcomes.ts';
import { contains, formatPrefix, type Prefix, parseNetwork } from '../net/prefix.ts';
import { StatusFault } from './status-fault.ts';

/** Which misses are wanted; what is left out does not matter. */
export interface MissQuery {
  readonly outcome?: Outcome;
  /** Of their destination. */
  readonly subnet?: Prefix;
  /** Not longer ago than so many seconds. */
  readonly sinceSeconds?: number;
}

/** Lets the misses pass that somebody asked for. */
export class MissFilter {
  readonly #query: MissQuery;
  readonly #earliest: number;

  /** @param now wall clock, milliseconds */
  constructor(query: MissQuery, now: number) {
    this.#query = query;
    this.#earliest = query.sinceSeconds === undefined ? 0 : now - query.sinceSeconds * 1000;
  }

  /** @param clockOrigin see `describeMiss` */
  passes({ outcome, destination, readAt }: Readonly<Glance>, clockOrigin: number): boolean {
    const { subnet, outcome: wanted } = this.#query;
    const isInside = subnet === undefined || (destination !== undefined && contains(subnet, destination));
    return isInside && (wanted ?? outcome) === outcome && clockOrigin + readAt >= this.#earliest;
  }
}

/** The query as parameters of a URL. */
export function formatMissQuery({ outcome, subnet, sinceSeconds }: MissQuery): URLSearchParams {
  return new URLSearchParams({
    ...(outcome === undefined ? {} : { outcome }),
    ...(subnet === undefined ? {} : { subnet: formatPrefix(subnet) }),
    ...(sinceSeconds === undefined ? {} : { since: String(sinceSeconds) }),
  });
}

/** @throws StatusFault, AddressFault naming the parameter */
export function parseMissQuery(parameters: URLSearchParams): MissQuery {
  const outcome = parameters.get('outcome');
  const subnet = parameters.get('subnet');
  const since = parameters.get('since');
  return {
    ...(outcome === null ? {} : { outcome: parseOutcome(outcome) }),
    ...(subnet === null ? {} : { subnet: parseNetwork(subnet, 'subnet') }),
    ...(since === null ? {} : { sinceSeconds: parseSeconds(since) }),
  };
}

/** @throws StatusFault */
function parseOutcome(text: string): Outcome {
  const found = OUTCOMES.find((one) => one === text);
  if (found === undefined) {
    throw new StatusFault('outcome', JSON.stringify(text), OUTCOMES.join(', '));
  }
  return found;
}

function parseSeconds(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new StatusFault('since', JSON.stringify(text), 'a whole number of seconds');
  }
  return Number(text);
}
