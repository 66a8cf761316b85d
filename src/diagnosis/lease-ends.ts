import type { Clock } from '../base/clock.ts';
import { within } from '../base/within.ts';
import { StoreFault } from '../leases/faults.ts';
import type { LeaseStore, StoredLease } from '../leases/store.ts';

/** How long an answer serves, in milliseconds: etcd is asked about each lease by itself. */
const SERVES_MS = 10_000;

/** How long a question waits for etcd, and etcd is asked. */
const PATIENCE_MS = 2000;

/** So many calls at once. */
const AT_ONCE = 16;

/** When leases end, wall clock in milliseconds, by their keys. */
export type Ends = ReadonlyMap<string, number>;

/** What etcd told of one of its leases: when it ends, wall clock, and when that was asked, monotonic milliseconds. */
interface Told {
  readonly end: number;
  readonly askedAt: number;
}

/**
 * When the leases end. etcd tells the rest of a lease's life by the number of its own lease, which the mirror does not keep:
 * a renewal that changes nothing else may give the key another one. Where there are more leases than etcd tells of in time,
 * those that were asked about longest ago come first, and of the others counts what was told before: hosts renew by a new
 * lease, and so the end of one seldom changes.
 */
export class LeaseEnds {
  readonly #store: Pick<LeaseStore, 'list' | 'remainingTtl'>;
  readonly #clock: Clock;
  #told = new Map<bigint, Told>();
  #askedAt = Number.NEGATIVE_INFINITY;
  #ends: Promise<Ends> = Promise.resolve(new Map());

  constructor(store: Pick<LeaseStore, 'list' | 'remainingTtl'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Of as many as etcd has told of by now; answers within two seconds. */
  read(): Promise<Ends> {
    const now = this.#clock.monotonic();
    if (now - this.#askedAt >= SERVES_MS) {
      this.#askedAt = now;
      this.#ends = this.#ask();
    }
    return this.#ends;
  }

  async #ask(): Promise<Ends> {
    const over = new AbortController();
    let listed: readonly StoredLease[] = [];
    const asked = this.#store
      .list()
      .then(({ entries }) => {
        listed = over.signal.aborted ? [] : entries;
        return this.#askAbout(listed, over.signal);
      })
      .catch(unlessStoreFault);
    await within(this.#clock, PATIENCE_MS, asked);
    over.abort();
    const ends = new Map<string, number>();
    for (const { key, leaseId } of listed) {
      const told = leaseId === undefined ? undefined : this.#told.get(leaseId);
      if (told !== undefined) {
        ends.set(key, told.end);
      }
    }
    return ends;
  }

  /** Asks about each, until the signal aborts. */
  async #askAbout(listed: readonly StoredLease[], signal: AbortSignal): Promise<void> {
    const ids = new Set(listed.flatMap(({ leaseId }) => leaseId ?? []));
    this.#told = new Map(Array.from(this.#told).filter(([id]) => ids.has(id)));
    // What was never asked about comes before everything else.
    const askedAt = (id: bigint) => this.#told.get(id)?.askedAt ?? Number.MIN_SAFE_INTEGER;
    const left = Array.from(ids)
      .sort((one, other) => askedAt(one) - askedAt(other))
      .values();
    const ask = async () => {
      for (const id of left) {
        const seconds = await this.#store.remainingTtl(id);
        if (signal.aborted) {
          return;
        }
        this.#note(id, seconds);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
  }

  #note(id: bigint, seconds: number | undefined): void {
    if (seconds === undefined) {
      this.#told.delete(id);
    } else {
      const end = this.#clock.wall() + seconds * 1000;
      this.#told.set(id, { end, askedAt: this.#clock.monotonic() });
    }
  }
}

/** What etcd did not tell is told as unknown. */
function unlessStoreFault(error: unknown): void {
  if (!(error instanceof StoreFault)) {
    throw error;
  }
}
