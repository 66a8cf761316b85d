import { systemClock } from '../base/clock.ts';
import { type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import { json } from './answers.ts';
import type { EventSource } from './event-stream.ts';
import type { Routes } from './http-server.ts';
import type { KernelTables } from './kernel-tables.ts';
import { describeLatency } from './latency.ts';
import type { LeaseRow } from './lease-row.ts';
import type { Lookup } from './lookup.ts';
import { describeMiss } from './miss.ts';
import { MissFilter, type MissQuery, parseMissQuery } from './miss-filter.ts';
import type { Observer } from './observer.ts';
import {
  FOLLOW_PATH,
  HISTORY_PATH,
  KERNEL_PATH,
  LATENCY_PATH,
  LEASES_PATH,
  LOOKUP_PATH,
  MISSES_PATH,
  STATS_PATH,
  TOP_PATH,
} from './paths.ts';
import { numberIn, QuestionFault, readQuestion } from './question.ts';
import { spanIn } from './span.ts';
import type { Stats } from './stats.ts';

const MISSES_AT_MOST = 100_000;
const MISSES_BY_DEFAULT = 10_000;
/** So many misses are in one event: who reads a flood of them pays for events rather than for bytes. */
const MISSES_AN_EVENT = 100;
const TOP_AT_MOST = 1000;
const TOP_BY_DEFAULT = 20;

/** Who knows the answers. */
export interface StatusSources {
  readonly stats: () => Stats;
  readonly observer: Observer;
  readonly kernel: () => KernelTables;
  readonly leases: () => Promise<LeaseRow[]>;
  readonly lookup: (address: Ipv4) => Lookup;
}

/** The questions that change nothing, for the control socket and for --status-address. */
export function statusRoutes({ stats, observer, kernel, leases, lookup }: StatusSources): Routes {
  return {
    [STATS_PATH]: (parameters) => {
      refuseParameters(parameters);
      return json(stats());
    },
    [MISSES_PATH]: (parameters) => {
      const [query, limit] = readQuestion(parameters, ['outcome', 'subnet', 'since', 'limit'], (given) => [
        parseMissQuery(given),
        numberIn(given, 'limit', [1, MISSES_AT_MOST], MISSES_BY_DEFAULT),
      ]);
      return json(observer.misses(new MissFilter(query, systemClock.wall()), limit));
    },
    [FOLLOW_PATH]: followMisses(observer),
    [TOP_PATH]: (parameters) => {
      const [limit, span] = readQuestion(parameters, ['limit', 'span'], (given) => [
        numberIn(given, 'limit', [1, TOP_AT_MOST], TOP_BY_DEFAULT),
        spanIn(given),
      ]);
      return json(observer.top(limit, span));
    },
    [HISTORY_PATH]: (parameters) => {
      refuseParameters(parameters);
      return json(observer.history());
    },
    [LATENCY_PATH]: (parameters) => {
      const span = readQuestion(parameters, ['span'], spanIn);
      return json(describeLatency(observer.latencies(span)));
    },
    [KERNEL_PATH]: (parameters) => {
      refuseParameters(parameters);
      return json(kernel());
    },
    [LEASES_PATH]: async (parameters) => {
      refuseParameters(parameters);
      return json(await leases());
    },
    [LOOKUP_PATH]: (parameters) =>
      json(lookup(readQuestion(parameters, ['address'], (given) => addressIn(given)))),
  };
}

/** New misses that pass the filter, in events `misses`; an event `skipped` tells how many were not looked at. */
function followMisses(observer: Observer): EventSource {
  return {
    follow: (parameters, tell) => {
      const query: MissQuery = readQuestion(parameters, ['outcome', 'subnet'], parseMissQuery);
      const filter = new MissFilter(query, systemClock.wall());
      return observer.follow(({ records, skipped }) => {
        const origin = observer.clockOrigin;
        const passing = records.filter((one) => filter.passes(one, origin));
        for (let begin = 0; begin < passing.length; begin += MISSES_AN_EVENT) {
          const some = passing.slice(begin, begin + MISSES_AN_EVENT);
          tell(
            'misses',
            some.map((record) => describeMiss(record, origin)),
          );
        }
        if (skipped > 0) {
          tell('skipped', skipped);
        }
      });
    },
  };
}

function addressIn(parameters: URLSearchParams): Ipv4 {
  const address = parameters.get('address');
  if (address === null) {
    throw new QuestionFault('address', 'not given', 'an IPv4 address');
  }
  return parseIpv4(address, 'address');
}

function refuseParameters(parameters: URLSearchParams): void {
  readQuestion(parameters, [], () => undefined);
}
