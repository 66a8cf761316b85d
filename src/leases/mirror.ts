import { backOff } from '../base/back-off.ts';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { StoreFault } from './faults.ts';
import type { Self } from './judge.ts';
import type { Lease, LeaseChange, OtherLease } from './lease.ts';
import { type KeyUpdates, LeaseTable, type Noticed } from './lease-table.ts';
import type { LeaseList, LeaseStore, StoredLease, StoreEvent } from './store.ts';
import { formatSubnetKey } from './subnet-key.ts';
import { unlessAborted } from './unless-aborted.ts';
import { type Doubt, watchUntilDoubt } from './watch-until-doubt.ts';

export type RelistReason = Doubt['reason'];

/** What speaks for the store having lost leases, rather than hosts having given theirs up. */
export interface StoreSigns {
  /** These changes come from a list at a lower revision than was known. */
  readonly wentBack: boolean;
  /** Our own key is not there, as far as was seen. */
  readonly ownMissing: boolean;
}

export interface MirrorOptions {
  readonly store: LeaseStore;
  readonly self: Self;
  /** What was told already, by a copy of an earlier mirror: the first list tells what differs from it. */
  readonly known?: LeaseList;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** What differs from before; the first list is told even when it is empty. */
  readonly onChanges: (changes: LeaseChange[], origin: 'list' | 'watch', signs: StoreSigns) => void;
  /** Our own key as just seen, on every list and with every event that concerns it; undefined: it is not there. */
  readonly onOwnKey: (stored: StoredLease | undefined) => void;
}

export interface MirrorSnapshot {
  /** Whether a complete list has been applied. */
  readonly listed: boolean;
  /** The store's revision that the copy stands at. */
  readonly revision: bigint;
  readonly leases: Iterable<Lease>;
  /** How many leases of other hosts there are. */
  readonly remote: number;
  /** Keys that cannot be used, at present. */
  readonly junk: number;
  readonly otherBackend: number;
  /** How often the leases were listed again, by reason. */
  readonly relists: Readonly<Record<RelistReason, number>>;
}

/** A watch may lose events without a sign; this long at most. */
const CHECK_EVERY_MS = 5 * 60_000;
const CHECK_ATTEMPTS = 3;
const CHECK_AGAIN_MS = 1000;
/** A watch that lasted this long was sound, so the pause before the next list starts anew. */
const SOUND_AFTER_MS = 10_000;
/** Caps the back-off at 1.6 s: longer would only prolong the blindness after etcd is back, and a list is cheap. */
const LAST_ATTEMPT = 4;

/**
 * A complete local copy of the leases: list, watch from the next revision, and list again on any doubt. Only one of
 * the two speaks at a time, so an old list can never overtake a newer event.
 */
export class Mirror {
  readonly #options: MirrorOptions;
  readonly #table: LeaseTable;
  readonly #ownName: string;
  readonly #stop = new AbortController();
  readonly #relists: Record<RelistReason, number> = {
    disconnected: 0,
    error: 0,
    end: 0,
    compacted: 0,
    'revision-backwards': 0,
    'list-failed': 0,
    periodic: 0,
  };
  #listed = false;
  #revision = 0n;
  #ownMissing = false;

  constructor(options: MirrorOptions) {
    this.#options = options;
    const { self, known } = options;
    this.#table = new LeaseTable(self);
    this.#ownName = formatSubnetKey(self.subnet);
    if (known !== undefined) {
      this.#revision = known.revision;
      this.#table.apply(this.#table.updatesBy(known.entries));
    }
  }

  /** Keeps the copy until stopped. Rejects only when a listener throws. */
  async run(): Promise<void> {
    const { clock } = this.#options;
    let attempt = 0;
    let last: RelistReason | undefined;
    while (!this.#stop.signal.aborted) {
      const begun = clock.monotonic();
      const end = await this.#listAndWatch(last);
      if (this.#stop.signal.aborted) {
        return;
      }
      last = end.reason;
      this.#relists[end.reason] += 1;
      attempt = clock.monotonic() - begun >= SOUND_AFTER_MS ? 0 : attempt + 1;
      if (end.reason !== 'periodic') {
        await this.#pause(end, attempt);
      }
    }
  }

  /** Ends `run()`; nothing is told any more. */
  stop(): void {
    this.#stop.abort();
  }

  snapshot(): MirrorSnapshot {
    const leases = Array.from(this.#table.leases());
    return {
      listed: this.#listed,
      revision: this.#revision,
      leases,
      remote: leases.length,
      junk: this.#table.count('junk'),
      otherBackend: this.#table.count('other-backend'),
      relists: { ...this.#relists },
    };
  }

  /** Leases of other backends. */
  others(): OtherLease[] {
    return Array.from(this.#table.others());
  }

  async #pause({ reason, cause }: Doubt, attempt: number): Promise<void> {
    const { clock, random, log } = this.#options;
    const retryInMs = Math.round(backOff(Math.min(Math.max(attempt - 1, 0), LAST_ATTEMPT), random));
    log.warn(
      { reason, retryInMs, cause: describeError(cause ?? reason) },
      'leases in doubt, listing them again',
    );
    await clock.sleep(retryInMs, this.#stop.signal);
  }

  async #listAndWatch(last: RelistReason | undefined): Promise<Doubt> {
    const { store, clock } = this.#options;
    const { signal } = this.#stop;
    const list = await this.#list();
    if ('reason' in list) {
      return list;
    }
    this.#applyList(list, last);
    return watchUntilDoubt({
      store,
      fromRevision: list.revision + 1n,
      onEvents: (events, revision) => this.#applyEvents(events, revision),
      periodMs: CHECK_EVERY_MS,
      isComplete: () => this.#agreesWithStore(),
      clock,
      signal,
    });
  }

  /** Whether the copy is what the store holds; an event may be under way, so a difference is looked at again. */
  async #agreesWithStore(): Promise<boolean> {
    const { store, clock } = this.#options;
    const { signal } = this.#stop;
    for (let attempt = 0; attempt < CHECK_ATTEMPTS && !signal.aborted; attempt++) {
      const found = await unlessAborted(store.summarise(), signal);
      if (found === undefined || this.#table.agreesWith(found)) {
        return true;
      }
      await clock.sleep(CHECK_AGAIN_MS, signal);
    }
    return false;
  }

  async #list(): Promise<LeaseList | Doubt> {
    try {
      const list = await unlessAborted(this.#options.store.list(), this.#stop.signal);
      return list ?? { reason: 'end' };
    } catch (error) {
      if (error instanceof StoreFault) {
        return { reason: 'list-failed', cause: error };
      }
      throw error;
    }
  }

  #applyList({ revision, entries }: LeaseList, last: RelistReason | undefined): void {
    const wentBack = revision < this.#revision;
    if (wentBack) {
      const revisions = { before: String(this.#revision), now: String(revision) };
      this.#options.log.warn(revisions, 'the store went back to an older state');
    }
    this.#revision = revision;
    const updates = this.#table.updatesBy(entries);
    const first = !this.#listed;
    this.#listed = true;
    if (first || (last !== undefined && last !== 'periodic')) {
      this.#options.log.info({ keys: entries.length, revision: String(revision) }, 'leases listed');
    }
    this.#ownMissing = updates.get(this.#ownName) === undefined;
    const changes = this.#apply(updates, 'list', { tellAnyway: first, wentBack });
    if (last === 'periodic' && changes > 0) {
      this.#options.log.warn(
        { changes },
        'the watch had missed changes that a comparison with the store found',
      );
    }
    this.#options.onOwnKey(updates.get(this.#ownName));
  }

  #applyEvents(events: readonly StoreEvent[], revision: bigint): void {
    this.#revision = revision;
    const updates = new Map<string, StoredLease | undefined>();
    for (const event of events) {
      if (event.kind === 'put') {
        updates.set(event.entry.name, event.entry);
      } else {
        updates.set(event.name, undefined);
      }
    }
    const ownTouched = updates.has(this.#ownName);
    if (ownTouched) {
      this.#ownMissing = updates.get(this.#ownName) === undefined;
    }
    this.#apply(updates, 'watch');
    if (ownTouched) {
      this.#options.onOwnKey(updates.get(this.#ownName));
    }
  }

  #apply(
    updates: KeyUpdates,
    origin: 'list' | 'watch',
    { tellAnyway = false, wentBack = false } = {},
  ): number {
    const { changes, noticed } = this.#table.apply(updates);
    for (const one of noticed) {
      this.#notice(one);
    }
    if (changes.length > 0 || tellAnyway) {
      this.#options.onChanges(changes, origin, { wentBack, ownMissing: this.#ownMissing });
    }
    return changes.length;
  }

  #notice({ key, verdict }: Noticed): void {
    const { log } = this.#options;
    if (verdict.kind === 'junk') {
      log.warn({ key, reason: verdict.reason }, 'a lease key that cannot be used is left out');
    } else {
      log.info({ key, backendType: verdict.lease.backendType }, 'a lease of another backend is left out');
    }
  }
}
