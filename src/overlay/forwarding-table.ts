import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { BatchFailure } from '../kernel/batch.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { listForwarding, removeForwarding, replaceForwarding } from '../kernel/forwarding.ts';
import type { KernelFault } from '../kernel/kernel-fault.ts';
import type { Lease, LeaseChange } from '../leases/lease.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { Request } from '../netlink/message.ts';
import { FilledRequest, PLACE_ADDRESS, PLACE_MAC, type Template, template } from '../netlink/template.ts';

/** A forwarding entry that is to be written: with an endpoint installed, without one removed. */
interface Entry {
  readonly mac: Mac;
  readonly endpoint: Ipv4 | undefined;
}

export interface ForwardingCounters {
  /** Entries that the kernel holds because of us. */
  entries: number;
  written: number;
  removed: number;
  /** Writes that the kernel refused; each is tried again at the next comparison. */
  failed: number;
}

/**
 * The static forwarding entries of the tunnel device: one for each MAC that a lease names. Leases may share a MAC
 * (a host with two subnets), so an entry lives as long as any lease names it; of leases that disagree about the
 * endpoint the one written last counts.
 */
export class ForwardingTable {
  readonly counters: ForwardingCounters = { entries: 0, written: 0, removed: 0, failed: 0 };
  readonly #conversation: Conversation;
  readonly #ifindex: number;
  readonly #replace: Template;
  readonly #log: Log;
  /** The leases that name a MAC: one, as a rule. */
  readonly #leases = new Map<Mac, readonly Lease[]>();
  /** What the kernel holds, as far as we wrote it or saw it. */
  readonly #held = new Map<Mac, Ipv4 | undefined>();
  /** What the kernel refused and nobody wrote since. */
  readonly #refused = new Set<Mac>();

  constructor(conversation: Conversation, ifindex: number, log: Log) {
    this.#conversation = conversation;
    this.#ifindex = ifindex;
    this.#replace = template(replaceForwarding(ifindex, PLACE_MAC, PLACE_ADDRESS));
    this.#log = log;
  }

  /** Whether the kernel refused an entry that a lease still asks for: a comparison writes it again. */
  get incomplete(): boolean {
    return this.#missing(this.#refused).length > 0;
  }

  /**
   * Takes lease changes over and writes the entries that are new or lead elsewhere. Entries that nobody needs any
   * more stay until `removeStale`, because neighbours may still lead to them.
   *
   * @throws KernelFault when the socket fails; refused entries are counted and reported in the log
   */
  install(changes: readonly LeaseChange[]): void {
    this.#write(this.#missing(this.#take(changes)));
  }

  /**
   * Removes the entries that no lease needs any more.
   *
   * @throws KernelFault when the socket fails
   */
  removeStale(): void {
    const stale = [...this.#held.keys()].filter((mac) => !this.#leases.has(mac));
    this.#write(stale.map((mac) => ({ mac, endpoint: undefined })));
  }

  /**
   * Takes lease changes over, reads what the kernel holds and writes what is missing or leads elsewhere; what is too
   * much goes with the next `removeStale`. All entries of the device are ours.
   *
   * @throws KernelFault when the socket fails
   */
  compare(changes: readonly LeaseChange[]): void {
    this.#take(changes);
    this.#held.clear();
    for (const { mac, endpoint } of listForwarding(this.#conversation, this.#ifindex)) {
      this.#held.set(mac, endpoint);
    }
    this.#write(this.#missing(this.#leases.keys()));
  }

  /** Returns the MACs whose leases changed. */
  #take(changes: readonly LeaseChange[]): Mac[] {
    const touched = new Set<Mac>();
    for (const { before, after } of changes) {
      if (before !== undefined) {
        this.#unlink(before);
        touched.add(before.mac);
      }
      if (after !== undefined) {
        this.#link(after);
        touched.add(after.mac);
      }
    }
    return [...touched];
  }

  #link(lease: Lease): void {
    const others = this.#leases.get(lease.mac);
    const rival = others?.find(({ key, publicIp }) => key !== lease.key && publicIp !== lease.publicIp);
    if (rival !== undefined) {
      this.#log.warn(
        { mac: lease.mac, keys: [rival.key, lease.key] },
        'two leases name one MAC at different addresses: only the one written last can be reached',
      );
    }
    this.#leases.set(lease.mac, others === undefined ? [lease] : [...without(others, lease), lease]);
  }

  #unlink(lease: Lease): void {
    const others = without(this.#leases.get(lease.mac) ?? [], lease);
    if (others.length === 0) {
      this.#leases.delete(lease.mac);
    } else {
      this.#leases.set(lease.mac, others);
    }
  }

  #missing(macs: Iterable<Mac>): Entry[] {
    const missing: Entry[] = [];
    for (const mac of macs) {
      const endpoint = this.#wanted(mac);
      if (endpoint !== undefined && this.#held.get(mac) !== endpoint) {
        missing.push({ mac, endpoint });
      }
    }
    return missing;
  }

  #wanted(mac: Mac): Ipv4 | undefined {
    let latest: Lease | undefined;
    for (const lease of this.#leases.get(mac) ?? []) {
      if (latest === undefined || lease.modRevision > latest.modRevision) {
        latest = lease;
      }
    }
    return latest?.publicIp;
  }

  #write(entries: readonly Entry[]): void {
    const at = (index: number) => {
      const entry = entries[index];
      return entry && this.#requestFor(entry);
    };
    const failures = this.#conversation.batch('write forwarding entries', { length: entries.length, at });
    const refused = new Map(failures.map(({ index, fault }) => [index, fault]));
    let index = 0;
    for (const entry of entries) {
      this.#note(entry, refused.get(index));
      index += 1;
    }
    this.counters.entries = this.#held.size;
    this.#report(failures);
  }

  /** A removal that finds nothing has what it wanted. */
  #note({ mac, endpoint }: Entry, fault: KernelFault | undefined): void {
    this.#refused.delete(mac);
    if (fault !== undefined && !(endpoint === undefined && fault.code === 'ENOENT')) {
      this.#refused.add(mac);
      this.counters.failed += 1;
    } else if (endpoint === undefined) {
      this.#held.delete(mac);
      this.counters.removed += 1;
    } else {
      this.#held.set(mac, endpoint);
      this.counters.written += 1;
    }
  }

  /** One line for a batch: thousands of entries are refused for the same reason. */
  #report(failures: readonly BatchFailure[]): void {
    const [first] = failures;
    if (first !== undefined && this.#refused.size > 0) {
      const reason = describeError(first.fault);
      this.#log.warn({ refused: this.#refused.size, reason }, 'the kernel refused forwarding entries');
    }
  }

  #requestFor({ mac, endpoint }: Entry): Request {
    return endpoint === undefined
      ? removeForwarding(this.#ifindex, mac, this.#held.get(mac))
      : new FilledRequest(this.#replace, endpoint, mac);
  }
}

function without(leases: readonly Lease[], lease: Lease): Lease[] {
  return leases.filter(({ key }) => key !== lease.key);
}
