import { formatPrefix } from '../net/prefix.ts';
import { judge, type Self, type Verdict } from './judge.ts';
import type { Lease, LeaseChange, OtherLease } from './lease.ts';
import type { LeaseSummary, StoredLease } from './store.ts';

/** What became of keys: the last thing known of each, undefined when it is gone. */
export type KeyUpdates = ReadonlyMap<string, StoredLease | undefined>;

/** A verdict that differs from the one before, for the log. */
export interface Noticed {
  readonly key: string;
  readonly verdict: Exclude<Verdict, { kind: 'lease' | 'own' }>;
}

export interface TableOutcome {
  readonly changes: LeaseChange[];
  readonly noticed: Noticed[];
}

/**
 * Every key as last seen, judged, and the leases by subnet that follow from that.
 *
 * `10.5.7.0-24` and `10.5.7.0-24&fd00::-64` are two keys and one subnet. The one written last holds it, because what
 * counts in the end must not depend on the order in which the keys were learned.
 */
export class LeaseTable {
  readonly #self: Self;
  readonly #verdicts = new Map<string, Verdict>();
  readonly #revisions = new Map<string, bigint>();
  /** The leases of each subnet by the key's name: one, seldom two. */
  readonly #candidates = new Map<string, Map<string, Lease>>();

  constructor(self: Self) {
    this.#self = self;
  }

  /** What a complete list says: keys that it does not have are gone. */
  updatesBy(entries: readonly StoredLease[]): KeyUpdates {
    const updates = new Map<string, StoredLease | undefined>();
    for (const name of this.#verdicts.keys()) {
      updates.set(name, undefined);
    }
    for (const entry of entries) {
      updates.set(entry.name, entry);
    }
    return updates;
  }

  /** Whether the table holds the keys that the store was found to have. */
  agreesWith({ count, lastModRevision }: LeaseSummary): boolean {
    let last = 0n;
    for (const revision of this.#revisions.values()) {
      last = revision > last ? revision : last;
    }
    return count === this.#revisions.size && lastModRevision === last;
  }

  count(kind: Verdict['kind']): number {
    let found = 0;
    for (const verdict of this.#verdicts.values()) {
      found += verdict.kind === kind ? 1 : 0;
    }
    return found;
  }

  /** One lease per subnet. */
  *leases(): Iterable<Lease> {
    for (const candidates of this.#candidates.values()) {
      const lease = holder(candidates);
      if (lease !== undefined) {
        yield lease;
      }
    }
  }

  /** Those of other backends, one for each key. */
  *others(): Iterable<OtherLease> {
    for (const verdict of this.#verdicts.values()) {
      if (verdict.kind === 'other-backend') {
        yield verdict.lease;
      }
    }
  }

  /** Takes updates over and tells what they change; a rewrite with equal content, as a renewal is, changes nothing. */
  apply(updates: KeyUpdates): TableOutcome {
    const before = new Map<string, Lease | undefined>();
    const noticed: Noticed[] = [];
    for (const [name, stored] of updates) {
      this.#noteRevision(name, stored);
      const earlier = this.#verdicts.get(name);
      const verdict = stored === undefined ? undefined : judge(stored, this.#self);
      this.#place(name, earlier, verdict, before);
      if (stored !== undefined && isNoteworthy(verdict) && !sameVerdict(verdict, earlier)) {
        noticed.push({ key: stored.key, verdict });
      }
    }
    return { changes: this.#changesSince(before), noticed };
  }

  #noteRevision(name: string, stored: StoredLease | undefined): void {
    if (stored === undefined) {
      this.#revisions.delete(name);
    } else {
      this.#revisions.set(name, stored.modRevision);
    }
  }

  #place(
    name: string,
    earlier: Verdict | undefined,
    verdict: Verdict | undefined,
    before: Map<string, Lease | undefined>,
  ): void {
    for (const touched of [earlier, verdict]) {
      if (touched?.kind === 'lease') {
        const subnet = formatPrefix(touched.lease.subnet);
        if (!before.has(subnet)) {
          before.set(subnet, holder(this.#candidates.get(subnet)));
        }
      }
    }
    if (earlier?.kind === 'lease') {
      this.#candidates.get(formatPrefix(earlier.lease.subnet))?.delete(name);
    }
    if (verdict === undefined) {
      this.#verdicts.delete(name);
      return;
    }
    this.#verdicts.set(name, verdict);
    if (verdict.kind === 'lease') {
      const subnet = formatPrefix(verdict.lease.subnet);
      const candidates = this.#candidates.get(subnet) ?? new Map<string, Lease>();
      this.#candidates.set(subnet, candidates.set(name, verdict.lease));
    }
  }

  /** The key counts too: who counts leases would else wait for the end of one that nobody told of. */
  #changesSince(before: ReadonlyMap<string, Lease | undefined>): LeaseChange[] {
    const changes: LeaseChange[] = [];
    for (const [subnet, was] of before) {
      const is = holder(this.#candidates.get(subnet));
      if (is === undefined) {
        this.#candidates.delete(subnet);
      }
      if (was?.mac !== is?.mac || was?.publicIp !== is?.publicIp || was?.key !== is?.key) {
        changes.push({ ...(was && { before: was }), ...(is && { after: is }) });
      }
    }
    return changes;
  }
}

function holder(candidates: ReadonlyMap<string, Lease> | undefined): Lease | undefined {
  let last: Lease | undefined;
  for (const lease of candidates?.values() ?? []) {
    const later = last === undefined || lease.modRevision > last.modRevision;
    if (later || (lease.modRevision === last?.modRevision && lease.key > last.key)) {
      last = lease;
    }
  }
  return last;
}

function isNoteworthy(verdict: Verdict | undefined): verdict is Noticed['verdict'] {
  return verdict?.kind === 'junk' || verdict?.kind === 'other-backend';
}

function sameVerdict(one: Noticed['verdict'], other: Verdict | undefined): boolean {
  return other !== undefined && JSON.stringify(withoutLease(one)) === JSON.stringify(withoutLease(other));
}

function withoutLease(verdict: Verdict): object {
  return verdict.kind === 'lease' ? { kind: verdict.kind } : verdict;
}
