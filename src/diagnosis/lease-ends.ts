import type { Clock } from '../base/clock.ts';
import { StoreFault } from '../leases/faults.ts';
import type { LeaseStore } from '../leases/store.ts';

/** How long an answer serves, in milliseconds: etcd is asked about each lease by itself. */
const SERVES_MS = 10_000;

/** How long a question waits for etcd. */
const PATIENCE_MS = 2000;

/** With more leases the ends are not asked for: as many calls would be a load of their own. */
const LEASES_AT_MOST = 1000;

/** So many calls at once. */
const AT_ONCE = 16;

/** When leases end, wall clock in milliseconds, by their keys. */
export type Ends = ReadonlyMap<string, number>;

/**
 * When the leases end. etcd tells the rest of a lease's life by the number of its own lease, which the mirror does not keep:
 * a renewal that changes nothing else may give the key another one.
 */
export class LeaseEnds {
  readonly #store: Pick<LeaseStore, 'list' | 'remainingTtl'>;
  readonly #clock: Clock;
  #askedAt = Number.NEGATIVE_INFINITY;
  #ends: Promise<Ends> = Promise.resolve(new Map());

  constructor(store: Pick<LeaseStore, 'list' | 'remainingTtl'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Of as many as etcd tells of within two seconds; of none when there are more than a thousand leases. */
  read(): Promise<Ends> {
    const now = this.#clock.monotonic();
    if (now - this.#askedAt >= SERVES_MS) {
      this.#askedAt = now;
      this.#ends = this.#ask();
    }
    return this.#ends;
  }

  async #ask(): Promise<Ends> {
    const ends = new Map<string, number>();
    const over = new AbortController();
    const collected = this.#collect(ends, over.signal).catch(unlessStoreFault);
    await Promise.race([collected, this.#clock.sleep(PATIENCE_MS, over.signal)]);
    over.abort();
    return ends;
  }

  /** Fills the map in until the signal aborts. */
  async #collect(ends: Map<string, number>, signal: AbortSignal): Promise<void> {
    const { entries } = await this.#store.list();
    if (entries.length > LEASES_AT_MOST) {
      return;
    }
    const left = entries.values();
    const ask = async () => {
      for (const { key, leaseId } of left) {
        const seconds = leaseId === undefined ? undefined : await this.#store.remainingTtl(leaseId);
        if (signal.aborted) {
          return;
        }
        if (seconds !== undefined) {
          ends.set(key, this.#clock.wall() + seconds * 1000);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
  }
}

/** What etcd did not tell is told as unknown. */
function unlessStoreFault(error: unknown): void {
  if (!(error instanceof StoreFault)) {
    throw error;
  }
}
