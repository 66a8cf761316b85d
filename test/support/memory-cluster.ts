import type { Clock } from '../../src/base/clock.ts';

export interface MemoryPair {
  readonly key: string;
  readonly value: string;
  readonly modRevision: bigint;
  readonly leaseId: bigint | undefined;
}

export type MemoryEvent =
  | { readonly kind: 'put'; readonly pair: MemoryPair }
  | { readonly kind: 'delete'; readonly key: string; readonly modRevision: bigint };

/** What etcd does with keys, revisions and leases, in memory; several stores may be clients of one cluster. */
export class MemoryCluster {
  readonly pairs = new Map<string, MemoryPair>();
  /** When each etcd lease ends, by the monotonic clock. */
  readonly leases = new Map<bigint, number>();
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #history: MemoryEvent[] = [];
  #revision = 1n;
  #compacted = 0n;
  #nextLease = 1000n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get revision(): bigint {
    return this.#revision;
  }

  get compacted(): bigint {
    return this.#compacted;
  }

  put(key: string, value: string, leaseId?: bigint): bigint {
    this.expire();
    this.#revision += 1n;
    const pair = { key, value, modRevision: this.#revision, leaseId };
    this.pairs.set(key, pair);
    this.#record({ kind: 'put', pair });
    return this.#revision;
  }

  delete(key: string): void {
    this.expire();
    if (this.pairs.has(key)) {
      this.#revision += 1n;
      this.#drop(key);
    }
  }

  grant(ttlSeconds: number): bigint {
    this.expire();
    this.#nextLease += 1n;
    this.leases.set(this.#nextLease, this.#clock.monotonic() + ttlSeconds * 1000);
    return this.#nextLease;
  }

  /** Ends a lease and, at one revision, its keys. */
  revoke(leaseId: bigint): void {
    if (this.leases.delete(leaseId)) {
      const keys = this.keysOf(leaseId);
      this.#revision += keys.length > 0 ? 1n : 0n;
      for (const key of keys) {
        this.#drop(key);
      }
    }
  }

  keysOf(leaseId: bigint): string[] {
    return Array.from(this.pairs.values())
      .filter((pair) => pair.leaseId === leaseId)
      .map(({ key }) => key);
  }

  remainingSeconds(leaseId: bigint): number | undefined {
    const end = this.leases.get(leaseId);
    return end === undefined ? undefined : (end - this.#clock.monotonic()) / 1000;
  }

  /** Ends the leases whose time is over. */
  expire(): void {
    for (const [leaseId, end] of this.leases) {
      if (end <= this.#clock.monotonic()) {
        this.revoke(leaseId);
      }
    }
  }

  compact(): void {
    this.#compacted = this.#revision;
    this.#history = [];
  }

  /** Puts other content at a lower revision in place, as a restored backup does: no watch is told. */
  restore(pairs: ReadonlyMap<string, string>, revision: bigint): void {
    this.pairs.clear();
    this.leases.clear();
    this.#history = [];
    this.#revision = revision;
    this.#compacted = revision;
    for (const [key, value] of pairs) {
      this.pairs.set(key, { key, value, modRevision: revision, leaseId: undefined });
    }
  }

  /** Events from a revision on, oldest first. */
  since(revision: bigint): MemoryEvent[] {
    return this.#history.filter((event) => revisionOf(event) >= revision);
  }

  /** Calls back after each change; the answer ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #drop(key: string): void {
    this.pairs.delete(key);
    this.#record({ kind: 'delete', key, modRevision: this.#revision });
  }

  #record(event: MemoryEvent): void {
    this.#history.push(event);
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

export function revisionOf(event: MemoryEvent): bigint {
  return event.kind === 'put' ? event.pair.modRevision : event.modRevision;
}
