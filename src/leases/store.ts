/** One key under `<prefix>/subnets/`, unread. */
export interface StoredLease {
  /** The whole key. */
  readonly key: string;
  /** Its last part, such as `10.5.7.0-24`. */
  readonly name: string;
  readonly value: string;
  /** The store's revision of the last write to the key. */
  readonly modRevision: bigint;
  /** The etcd lease that the key ends with; a reserved key has none. */
  readonly leaseId: bigint | undefined;
}

/** What a write left in the store. */
export interface Written extends StoredLease {
  /** What etcd granted, in seconds; undefined for a key that does not end. */
  readonly ttlSeconds: number | undefined;
}

/** All keys as they stood at one revision. */
export interface LeaseList {
  readonly revision: bigint;
  readonly entries: readonly StoredLease[];
}

/**
 * What tells two states of the keys apart without reading them: a put raises the greatest revision, a delete lowers the
 * count unless a put made up for it.
 */
export interface LeaseSummary {
  readonly count: number;
  /** The greatest `modRevision` of the keys; 0 when there are none. */
  readonly lastModRevision: bigint;
}

export type StoreEvent =
  | { readonly kind: 'put'; readonly entry: StoredLease }
  | { readonly kind: 'delete'; readonly name: string; readonly modRevision: bigint };

/** Why a watch is over. `compacted`: the history that it asked for is no longer kept. */
export type WatchEndReason = 'disconnected' | 'error' | 'end' | 'compacted' | 'revision-backwards';

export interface WatchHandlers {
  /** The events of one response, oldest first; `revision` is the store's at that time. */
  onEvents(events: readonly StoreEvent[], revision: bigint): void;
  /** Called once, and nothing after it: a watch does not resume by itself. Not called after `close()`. */
  onEnd(reason: WatchEndReason, cause?: unknown): void;
}

export interface Watch {
  close(): void;
}

/**
 * The cluster's store, as narrow as the rest needs it: flannel's config key and the lease keys beside it.
 *
 * Reads are linearizable: one begun after a write has returned sees it. Every failure is a StoreFault; a write that
 * fails so may have been carried out.
 */
export interface LeaseStore {
  /** The whole key of the network config. */
  readonly configKey: string;
  readConfig(): Promise<string | undefined>;
  list(): Promise<LeaseList>;
  summarise(): Promise<LeaseSummary>;
  read(name: string): Promise<StoredLease | undefined>;
  /** Follows all changes from `fromRevision` on, that one included. */
  watch(fromRevision: bigint, handlers: WatchHandlers): Watch;
  /** Writes the key when there is none; it ends after `ttlSeconds`, or never when that is undefined. */
  create(name: string, value: string, ttlSeconds: number | undefined): Promise<Written | 'exists'>;
  /** Writes the key when its last write is still the one named, under a new etcd lease; the old one is left alone. */
  replace(
    name: string,
    value: string,
    condition: { readonly ifModRevision: bigint; readonly ttlSeconds: number | undefined },
  ): Promise<Written | 'changed'>;
  remove(name: string, ifModRevision: bigint): Promise<'removed' | 'changed'>;
  /** Seconds until the etcd lease ends, rounded down; undefined when there is no such lease. */
  remainingTtl(leaseId: bigint): Promise<number | undefined>;
  /** Ends the etcd lease unless keys hang on it: others may have attached theirs. Tells whether it is gone. */
  revokeIfUnused(leaseId: bigint): Promise<boolean>;
  /** Ends watches silently and refuses further calls. */
  close(): void;
}
