import { errnoName } from '../base/errno.ts';

/** What the resolver counts beside how misses end (see recording/outcomes.ts), each with what it means. */
export const COUNTERS = [
  /** Times that the kernel dropped notifications (ENOBUFS). */
  'overruns',
  /** Entries that waited, and that a dump after that found. */
  'overrunsRecovered',
  /** Messages on the miss socket that could not be read. */
  'malformed',
  /** Neighbours in the agent's care. */
  'neighbours',
  /** Remote subnets with a route of their own, and the routes that were written and removed, and refused. */
  'subnets',
  'routesWritten',
  'routesRemoved',
  'routesFailed',
  /** Neighbours that were new, and written because the kernel asked for them. */
  'written',
  /** Neighbours that were there at the start and right. */
  'adopted',
  /** Neighbours that followed a lease to another MAC. */
  'rewritten',
  /** Neighbours that went because their lease went. */
  'removed',
  /** Neighbours that were made STALE, to find out whether somebody uses them. */
  'doubted',
  /** Neighbours that went because nobody used them for as long as the idle time-out. */
  'expired',
  /** Neighbours that went because there were too many, and that nobody used just then. */
  'evictedIdle',
  /** Neighbours that went because there were too many, although they may have been in use. */
  'evictedUnderPressure',
  /** Neighbours, and forwarding entries on demand, that somebody else removed, added or altered. */
  'mended',
  /** Forwarding entries on demand: how many there are, were written and removed, and were refused. */
  'forwarding',
  'forwardingWritten',
  'forwardingRemoved',
  'forwardingFailed',
] as const;

export type CounterName = (typeof COUNTERS)[number];

/** Where each counter stands. */
const PLACES: ReadonlyMap<CounterName, number> = new Map(COUNTERS.map((name, place) => [name, place]));

/** Linux numbers its errors up to 133 (include/uapi/asm-generic/errno.h); anything above is counted as 0. */
const ERRNOS = 134;

/**
 * Counters that the resolver writes and the main thread reads. Doubles, because those count to 2^53 without an
 * allocation, and an aligned 8-byte store is never seen half done on the processors that Node runs on. One writer.
 */
export class Counters {
  readonly memory: SharedArrayBuffer;
  readonly #values: Float64Array;

  constructor(memory = new SharedArrayBuffer((COUNTERS.length + ERRNOS) * Float64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#values = new Float64Array(memory);
  }

  add(name: CounterName, count = 1): void {
    this.#addAt(PLACES.get(name) ?? 0, count);
  }

  set(name: CounterName, value: number): void {
    this.#values[PLACES.get(name) ?? 0] = value;
  }

  get(name: CounterName): number {
    return this.#values[PLACES.get(name) ?? 0] ?? 0;
  }

  /** Counts an answer that the kernel refused. */
  addRefusal(errno: number): void {
    this.#addAt(COUNTERS.length + (errno > 0 && errno < ERRNOS ? errno : 0), 1);
  }

  /** Refused answers by the errno's name; only those that happened. */
  refusals(): Record<string, number> {
    const found: Record<string, number> = {};
    for (let errno = 0; errno < ERRNOS; errno++) {
      const count = this.#values[COUNTERS.length + errno] ?? 0;
      if (count > 0) {
        found[errnoName(errno)] = count;
      }
    }
    return found;
  }

  #addAt(index: number, count: number): void {
    this.#values[index] = (this.#values[index] ?? 0) + count;
  }
}
