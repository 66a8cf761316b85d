import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { type ForwardingNotice, listForwarding } from '../kernel/forwarding.ts';
import type { Lease, LeaseChange } from '../leases/lease.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import { ForwardingRecord } from './forwarding-record.ts';
import { ForwardingWriter } from './forwarding-writer.ts';
import type { Forwarding, VtepChange } from './programmer.ts';
import { tellOfRival } from './rival.ts';

export interface ForwardingCounters {
  /** Entries that the kernel holds because of us. */
  entries: number;
  written: number;
  removed: number;
  /** Writes that the kernel refused; each is tried again at the next comparison. */
  failed: number;
}

/** The counters of a table that wrote nothing yet. */
export function noForwarding(): ForwardingCounters {
  return { entries: 0, written: 0, removed: 0, failed: 0 };
}

/**
 * The static forwarding entries of the tunnel device: one for each MAC that a lease names. Leases may share a MAC
 * (a host with two subnets), so an entry lives as long as any lease names it; of leases that disagree about the
 * endpoint the one written last counts.
 */
export class ForwardingTable implements Forwarding {
  readonly counters: ForwardingCounters;
  readonly #conversation: Conversation;
  readonly #ifindex: number;
  readonly #writer: ForwardingWriter;
  readonly #log: Log;
  readonly #records = new Map<Mac, ForwardingRecord>();
  /** Those whose last lease went; a lease may have come since. */
  readonly #stale = new Set<ForwardingRecord>();
  /** What the kernel refused and nobody wrote since. */
  readonly #refused = new Set<ForwardingRecord>();

  /** @param counters goes on with these when the device was made anew */
  constructor(
    conversation: Conversation,
    ifindex: number,
    log: Log,
    counters: ForwardingCounters = noForwarding(),
  ) {
    this.counters = counters;
    this.#conversation = conversation;
    this.#ifindex = ifindex;
    this.#writer = new ForwardingWriter(conversation, ifindex, log);
    this.#log = log;
  }

  prepare(changes: readonly LeaseChange[], complete: boolean): readonly VtepChange[] {
    if (complete) {
      this.compare(changes);
    } else {
      this.install(changes);
    }
    return [];
  }

  finish(): void {
    this.removeStale();
  }

  /** Whether the kernel refused an entry that a lease still asks for: a comparison writes it again. */
  get incomplete(): boolean {
    return missing(this.#refused).length > 0;
  }

  /**
   * Takes lease changes over and writes the entries that are new or lead elsewhere. Entries that nobody needs any
   * more stay until `removeStale`, because neighbours may still lead to them.
   *
   * @throws KernelFault when the socket fails; refused entries are counted and reported in the log
   */
  install(changes: readonly LeaseChange[]): void {
    const touched = new Set<ForwardingRecord>();
    for (const { before, after } of changes) {
      this.#take(before, after);
      for (const lease of [before, after]) {
        const record = lease && this.#records.get(lease.mac);
        if (record !== undefined) {
          touched.add(record);
        }
      }
    }
    this.#replace(missing(touched));
  }

  /**
   * Removes the entries that no lease needs any more.
   *
   * @throws KernelFault when the socket fails
   */
  removeStale(): void {
    const stale = [...this.#stale].filter(({ isStale }) => isStale);
    this.#stale.clear();
    if (stale.length > 0) {
      this.#remove(stale);
    }
  }

  /**
   * Takes lease changes over, reads what the kernel holds and writes what is missing or leads elsewhere; what is too
   * much goes with the next `removeStale`. All entries of the device are ours.
   *
   * @throws KernelFault when the socket fails
   */
  compare(changes: readonly LeaseChange[]): void {
    for (const { before, after } of changes) {
      this.#take(before, after);
    }
    this.#readHeld();
    this.#replace(missing(this.#records.values()));
  }

  /** Whether what is told of an entry is not what we believe: somebody else wrote it, or it is an echo of long ago. */
  contradicts({ mac, endpoint, isRemoval }: ForwardingNotice): boolean {
    const record = mac === undefined ? undefined : this.#records.get(mac);
    const isHeld = record?.isHeld === true;
    return isRemoval ? isHeld : !(isHeld && record.endpoint === endpoint);
  }

  #take(before: Lease | undefined, after: Lease | undefined): void {
    if (before !== undefined) {
      const record = this.#recordOf(before.mac);
      record.unlink(before);
      this.#release(record);
    }
    if (after !== undefined) {
      const rival = this.#link(after);
      if (rival !== undefined) {
        tellOfRival(rival, after, this.#log);
      }
    }
  }

  #link(lease: Lease): Lease | undefined {
    const known = this.#records.get(lease.mac);
    if (known !== undefined) {
      return known.link(lease);
    }
    this.#records.set(lease.mac, new ForwardingRecord(lease.mac, lease));
    return undefined;
  }

  #recordOf(mac: Mac): ForwardingRecord {
    const known = this.#records.get(mac);
    if (known !== undefined) {
      return known;
    }
    const record = new ForwardingRecord(mac);
    this.#records.set(mac, record);
    return record;
  }

  #release(record: ForwardingRecord): void {
    if (record.isStale) {
      this.#stale.add(record);
    } else if (record.isEmpty) {
      this.#records.delete(record.mac);
      this.#refused.delete(record);
    }
  }

  #readHeld(): void {
    const formerly =
      this.counters.entries === 0 ? [] : [...this.#records.values()].filter(({ isHeld }) => isHeld);
    for (const record of formerly) {
      record.isHeld = false;
    }
    this.counters.entries = 0;
    const held = listForwarding(this.#conversation, this.#ifindex).map(({ mac, endpoint }) => {
      const record = this.#recordOf(mac);
      this.#noteHeld(record, endpoint);
      return record;
    });
    for (const record of [...formerly, ...held]) {
      this.#release(record);
    }
  }

  #noteHeld(record: ForwardingRecord, endpoint: Ipv4 | undefined): void {
    this.counters.entries += record.isHeld ? 0 : 1;
    record.isHeld = true;
    record.endpoint = endpoint;
  }

  #replace(records: readonly ForwardingRecord[]): void {
    const refused = this.#writer.replace(records);
    this.counters.written += records.length - refused.size;
    for (const record of records) {
      if (refused.size === 0 || !refused.has(record)) {
        this.#noteHeld(record, record.wanted);
      }
    }
    this.#noteRefusals(records, refused);
  }

  #remove(records: readonly ForwardingRecord[]): void {
    const refused = this.#writer.remove(records);
    for (const record of records) {
      if (!refused.has(record)) {
        this.counters.removed += 1;
        this.counters.entries -= 1;
        record.isHeld = false;
        this.#release(record);
      }
    }
    this.#noteRefusals(records, refused);
  }

  /** A removal is tried again by the next `removeStale`, anything else by the next comparison. */
  #noteRefusals(written: readonly ForwardingRecord[], refused: ReadonlySet<ForwardingRecord>): void {
    if (this.#refused.size > 0) {
      for (const record of written) {
        this.#refused.delete(record);
      }
    }
    for (const record of refused) {
      this.counters.failed += 1;
      this.#refused.add(record);
      this.#release(record);
    }
  }
}

function missing(records: Iterable<ForwardingRecord>): ForwardingRecord[] {
  const found: ForwardingRecord[] = [];
  for (const record of records) {
    if (record.isMissing) {
      found.push(record);
    }
  }
  return found;
}
