import type { Interval } from '../../src/status/history.ts';

/** An interval in which nothing happened, begun so many milliseconds after 1970. */
export function silentInterval(at: number): Interval {
  return {
    at: new Date(at).toISOString(),
    answered: 0,
    refreshed: 0,
    alreadyAnswered: 0,
    noLease: 0,
    ownSubnet: 0,
    held: 0,
    recovered: 0,
    notTaken: 0,
    l2: 0,
    overruns: 0,
    latencyP50: null,
    latencyP99: null,
  };
}
