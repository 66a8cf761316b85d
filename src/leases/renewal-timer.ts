import type { Clock } from '../base/clock.ts';
import { LEASE_TTL_SECONDS } from './claim.ts';
import { ConfigFault } from './faults.ts';

/** When a lease is due for renewal, by two clocks: the wall clock jumps, the other stands still in a suspended machine. */
export class RenewalTimer {
  readonly #clock: Clock;
  readonly #marginMs: number;
  #byWall = Number.POSITIVE_INFINITY;
  #byMonotonic = Number.POSITIVE_INFINITY;

  /** @throws ConfigFault unless the margin is 1 to 1439 minutes: from the lease's whole time on, it would always be due. */
  constructor(clock: Clock, marginMinutes: number) {
    if (!(marginMinutes >= 1 && marginMinutes < LEASE_TTL_SECONDS / 60)) {
      throw new ConfigFault('subnet-lease-renew-margin', String(marginMinutes), '1 to 1439 minutes');
    }
    this.#clock = clock;
    this.#marginMs = marginMinutes * 60_000;
  }

  /** Takes the lease's end in milliseconds of the wall clock; undefined: it does not end. */
  set(expiresAt: number | undefined): void {
    this.#byWall = (expiresAt ?? Number.POSITIVE_INFINITY) - this.#marginMs;
    this.#byMonotonic = this.#clock.monotonic() + this.#byWall - this.#clock.wall();
  }

  /** Milliseconds until the renewal is due, whichever clock says so first; zero or less: now. */
  untilDue(): number {
    return Math.min(this.#byWall - this.#clock.wall(), this.#byMonotonic - this.#clock.monotonic());
  }
}
