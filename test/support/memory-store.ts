import { StoreFault } from '../../src/leases/faults.ts';
import type {
  LeaseList,
  LeaseStore,
  LeaseSummary,
  StoredLease,
  StoreEvent,
  Watch,
  WatchEndReason,
  WatchHandlers,
  Written,
} from '../../src/leases/store.ts';
import { type MemoryCluster, type MemoryEvent, type MemoryPair, revisionOf } from './memory-cluster.ts';

/** The default prefix of flannel. */
export const PREFIX = '/coreos.com/network';

/** A LeaseStore over a MemoryCluster that can be made to fail. It passes the same contract as the real one. */
export class MemoryStore implements LeaseStore {
  readonly configKey: string;
  /** Calls fail while this is set. */
  unreachable = false;
  /** How many of the next writes are carried out although they seem to fail. */
  lostAnswers = 0;
  readonly cluster: MemoryCluster;
  readonly #folder: string;
  readonly #watches = new Set<MemoryWatch>();
  /** The connection that the last list came over is gone; a watch that goes on from that list would need it. */
  #connectionLost = false;
  #closed = false;

  constructor(cluster: MemoryCluster, prefix = PREFIX) {
    this.cluster = cluster;
    this.configKey = `${prefix}/config`;
    this.#folder = `${prefix}/subnets/`;
  }

  get watching(): number {
    return this.#watches.size;
  }

  async readConfig(): Promise<string | undefined> {
    await this.#arrive();
    return this.cluster.pairs.get(this.configKey)?.value;
  }

  async list(): Promise<LeaseList> {
    await this.#arrive();
    this.#connectionLost = false;
    const entries = this.#pairs().map((pair) => this.#toStored(pair));
    return { revision: this.cluster.revision, entries: entries.sort((a, b) => (a.key < b.key ? -1 : 1)) };
  }

  async summarise(): Promise<LeaseSummary> {
    await this.#arrive();
    const revisions = this.#pairs().map(({ modRevision }) => modRevision);
    const lastModRevision = revisions.reduce((last, one) => (one > last ? one : last), 0n);
    return { count: revisions.length, lastModRevision };
  }

  async read(name: string): Promise<StoredLease | undefined> {
    await this.#arrive();
    const pair = this.cluster.pairs.get(this.#folder + name);
    return pair === undefined ? undefined : this.#toStored(pair);
  }

  watch(fromRevision: bigint, handlers: WatchHandlers): Watch {
    const watch = new MemoryWatch(this.cluster, fromRevision, (event) => this.#toEvent(event), {
      onEvents: handlers.onEvents,
      onEnd: (reason, cause) => {
        this.#watches.delete(watch);
        handlers.onEnd(reason, cause);
      },
    });
    this.#watches.add(watch);
    if (this.unreachable || this.#connectionLost || this.#closed) {
      watch.end('disconnected');
    }
    return {
      close: () => {
        this.#watches.delete(watch);
        watch.close();
      },
    };
  }

  async create(name: string, value: string, ttlSeconds: number | undefined): Promise<Written | 'exists'> {
    await this.#arrive();
    const there = this.cluster.pairs.has(this.#folder + name);
    return this.#answer(there ? 'exists' : this.#write(name, value, ttlSeconds));
  }

  async replace(
    name: string,
    value: string,
    {
      ifModRevision,
      ttlSeconds,
    }: { readonly ifModRevision: bigint; readonly ttlSeconds: number | undefined },
  ): Promise<Written | 'changed'> {
    await this.#arrive();
    const same = this.cluster.pairs.get(this.#folder + name)?.modRevision === ifModRevision;
    return this.#answer(same ? this.#write(name, value, ttlSeconds) : 'changed');
  }

  async remove(name: string, ifModRevision: bigint): Promise<'removed' | 'changed'> {
    await this.#arrive();
    if (this.cluster.pairs.get(this.#folder + name)?.modRevision !== ifModRevision) {
      return this.#answer('changed');
    }
    this.cluster.delete(this.#folder + name);
    return this.#answer('removed');
  }

  async remainingTtl(leaseId: bigint): Promise<number | undefined> {
    await this.#arrive();
    const seconds = this.cluster.remainingSeconds(leaseId);
    return seconds === undefined ? undefined : Math.floor(seconds);
  }

  async revokeIfUnused(leaseId: bigint): Promise<boolean> {
    await this.#arrive();
    if (this.cluster.keysOf(leaseId).length > 0) {
      return false;
    }
    this.cluster.revoke(leaseId);
    return this.#answer(true);
  }

  /** Ends all watches, as a lost connection does. */
  breakWatches(reason: WatchEndReason = 'disconnected'): void {
    this.#connectionLost ||= reason === 'disconnected';
    for (const watch of Array.from(this.#watches)) {
      watch.end(reason);
    }
  }

  close(): void {
    this.#closed = true;
    for (const watch of this.#watches) {
      watch.close();
    }
    this.#watches.clear();
  }

  #pairs(): MemoryPair[] {
    return Array.from(this.cluster.pairs.values()).filter(({ key }) => key.startsWith(this.#folder));
  }

  /** Every call is answered a turn later at the earliest, as over a network. */
  async #arrive(): Promise<void> {
    await Promise.resolve();
    if (this.unreachable || this.#closed) {
      throw new StoreFault(
        'memory store',
        this.#closed ? 'closed' : 'unreachable',
        'an open, reachable store',
      );
    }
    this.cluster.expire();
  }

  #answer<T>(answer: T): T {
    if (this.lostAnswers > 0) {
      this.lostAnswers -= 1;
      throw new StoreFault('memory store', 'no answer', 'an answer');
    }
    return answer;
  }

  #write(name: string, value: string, ttlSeconds: number | undefined): Written {
    const leaseId = ttlSeconds === undefined ? undefined : this.cluster.grant(ttlSeconds);
    const key = this.#folder + name;
    return { key, name, value, modRevision: this.cluster.put(key, value, leaseId), leaseId, ttlSeconds };
  }

  #toStored(pair: MemoryPair): StoredLease {
    return { ...pair, name: pair.key.slice(this.#folder.length) };
  }

  #toEvent(event: MemoryEvent): StoreEvent | undefined {
    const key = event.kind === 'put' ? event.pair.key : event.key;
    if (!key.startsWith(this.#folder)) {
      return undefined;
    }
    return event.kind === 'put'
      ? { kind: 'put', entry: this.#toStored(event.pair) }
      : { kind: 'delete', name: key.slice(this.#folder.length), modRevision: event.modRevision };
  }
}

/** Delivers in microtasks: one turn of the event loop after a change everything has arrived. */
class MemoryWatch implements Watch {
  readonly #cluster: MemoryCluster;
  readonly #handlers: WatchHandlers;
  readonly #toEvent: (event: MemoryEvent) => StoreEvent | undefined;
  readonly #unsubscribe: () => void;
  #next: bigint;
  #over = false;
  #scheduled = false;

  constructor(
    cluster: MemoryCluster,
    fromRevision: bigint,
    toEvent: (event: MemoryEvent) => StoreEvent | undefined,
    handlers: WatchHandlers,
  ) {
    this.#cluster = cluster;
    this.#next = fromRevision;
    this.#toEvent = toEvent;
    this.#handlers = handlers;
    this.#unsubscribe = cluster.onChange(() => this.#schedule());
    if (fromRevision <= cluster.compacted) {
      this.end('compacted');
    } else if (fromRevision > cluster.revision + 1n) {
      this.end('revision-backwards');
    } else {
      this.#schedule();
    }
  }

  end(reason: WatchEndReason): void {
    if (!this.#over) {
      this.close();
      queueMicrotask(() => this.#handlers.onEnd(reason, new StoreFault('memory store', reason, 'a watch')));
    }
  }

  close(): void {
    this.#over = true;
    this.#unsubscribe();
  }

  #schedule(): void {
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => this.#deliver());
    }
  }

  #deliver(): void {
    this.#scheduled = false;
    if (this.#over) {
      return;
    }
    const news = this.#cluster.since(this.#next);
    const last = news.at(-1);
    if (last !== undefined) {
      this.#next = revisionOf(last) + 1n;
      const events = news.flatMap((event) => this.#toEvent(event) ?? []);
      if (events.length > 0) {
        this.#handlers.onEvents(events, this.#cluster.revision);
      }
    }
  }
}
