import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { AnswerQueue } from './answer-queue.ts';
import { Confirmation } from './confirmation.ts';
import type { CounterName, Counters } from './counters.ts';
import { type Decision, HOLD, NO_LEASE } from './decide.ts';
import type { InstalledNeighbours } from './installed.ts';
import { type Lifetime, PAUSE_MS } from './lifetime.ts';
import type { RemoteSubnets } from './remote-subnets.ts';
import { Rewrites } from './rewrites.ts';
import { SubnetChanges } from './subnet-changes.ts';
import { Sweep } from './sweep.ts';
import type { Vtep, VtepTable } from './vtep.ts';

/** As many entries follow a lease change in one write: about 10 us, which a miss that comes meanwhile has to wait. */
export const REWRITES_AT_ONCE = 6;

/**
 * As many of a wide lease, which may have tens of thousands: 0.2 ms. By sixes 10,000 take 60 ms, and three times that
 * beside traffic, for each slice is a turn of its own in the competition for the processor.
 */
const WIDE_REWRITES_AT_ONCE = 60;

/** As many addresses are looked at for them at most, those of the usual subnet: about 6 us. */
const LOOKS_AT_ONCE = 256;

/** An entry that follows its lease may need two. */
const ONE_REWRITE = 2;

export interface EntryChangesParts {
  readonly ifindex: number;
  readonly counters: Counters;
  readonly installed: InstalledNeighbours;
  readonly lifetime: Lifetime;
  readonly subnets: RemoteSubnets;
  readonly subnetLifetime: Lifetime;
  /** Where forwarding entries are installed on demand. */
  readonly vteps?: VtepTable | undefined;
  /** Asks to be woken in so many milliseconds. */
  readonly setAlarm?: (milliseconds: number) => void;
  /** What an address is to be, by the leases of now. */
  readonly decide: (address: Ipv4) => Decision;
}

/**
 * Changes of entries that nobody asked about: they follow their lease, make room, or go because nobody uses them. Each
 * call adds a few to what is to be written.
 *
 * A miss that gets no answer is asked again; these are not. So they count as done when they are confirmed, and if
 * anything was dropped meanwhile, everything is compared.
 */
export class EntryChanges {
  /** Of remote subnets with routes of their own. */
  readonly subnets: SubnetChanges;
  readonly #parts: EntryChangesParts;
  readonly #answers: AnswerQueue;
  readonly #rewrites: Rewrites;
  readonly #written = new Confirmation();
  readonly #sweep: Sweep;
  readonly #subnetSweep: Sweep;
  readonly #lifetimes: readonly Lifetime[];

  constructor(parts: EntryChangesParts, answers: AnswerQueue) {
    const { installed, lifetime, subnets, subnetLifetime, counters } = parts;
    const wrote = () => this.#written.wrote();
    const remove = (address: Ipv4, count: CounterName) => {
      installed.forget(address);
      this.#remove(address, count);
    };
    const withdraw = (gateway: Ipv4, count: CounterName) => {
      const subnet = subnets.get(gateway);
      if (subnet !== undefined) {
        this.subnets.withdraw(subnet, count);
      }
    };
    this.#parts = parts;
    this.#answers = answers;
    this.#rewrites = new Rewrites(installed);
    this.subnets = new SubnetChanges({ ...parts, wrote }, answers);
    this.#sweep = new Sweep({ lifetime, entries: installed, counters, remove, wrote }, answers);
    const ofSubnets = { lifetime: subnetLifetime, entries: subnets, remove: withdraw };
    this.#subnetSweep = new Sweep({ ...ofSubnets, counters, wrote }, answers);
    this.#lifetimes = [lifetime, subnetLifetime];
  }

  /** Whether entries have still to follow a lease. */
  get isRewriting(): boolean {
    return !this.#rewrites.isEmpty;
  }

  /** Whether something that was written may still be refused. */
  get isUnconfirmed(): boolean {
    return this.#written.isPending;
  }

  /** The same, or something has still to be written. */
  get isPending(): boolean {
    return this.isUnconfirmed || this.#parts.subnets.hasChanged;
  }

  /** Whether the next read must not wait for a miss: there is more to do, or to hear of. */
  get needsMark(): boolean {
    const { installed, lifetime, subnets, subnetLifetime, vteps } = this.#parts;
    const isChanging = this.isRewriting || installed.isOverfull || vteps?.hasChanged === true;
    const ofSubnets = subnets.hasChanged || subnetLifetime.needsMark;
    return isChanging || ofSubnets || this.#written.needsMark || lifetime.needsMark;
  }

  marked(): void {
    this.#written.marked();
    for (const lifetime of this.#lifetimes) {
      lifetime.marked();
    }
  }

  markCameBack(): void {
    this.#written.cameBack();
    for (const lifetime of this.#lifetimes) {
      lifetime.markCameBack();
    }
  }

  markLost(): void {
    this.#written.markLost();
    for (const lifetime of this.#lifetimes) {
      lifetime.markLost();
    }
  }

  /** Everything is about to be compared. */
  settleWritten(): void {
    this.#written.settled();
  }

  /** The entries in these subnets have to follow their leases; `done` is called by `settle` when they do. */
  rewrite(subnets: readonly Prefix[], done: () => void): void {
    this.#rewrites.add(subnets, done);
  }

  /** To be called when everything that was written is known to be taken. */
  settle(): void {
    this.#rewrites.settle();
  }

  /** Lets some entries follow their leases. */
  follow(): void {
    const most = this.#rewrites.isWide ? WIDE_REWRITES_AT_ONCE : REWRITES_AT_ONCE;
    let written = 0;
    for (let looks = 0; looks < LOOKS_AT_ONCE && written < most; looks++) {
      if (this.#rewrites.isEmpty || !this.#answers.hasRoomFor(ONE_REWRITE)) {
        return;
      }
      const address = this.#rewrites.next();
      written += address !== undefined && this.#followLease(address) ? 1 : 0;
    }
  }

  /**
   * Lets forwarding entries follow: of VTEPs that moved, or that the last neighbour left. One that a subnet is about to lead
   * to is not known to be needed yet.
   */
  forward(): void {
    const { vteps, subnets } = this.#parts;
    while (vteps?.hasChanged === true && !subnets.hasChanged && this.#answers.hasRoomFor(1)) {
      const vtep = vteps.next();
      if (vtep !== undefined) {
        this.#writeForwarding(vtep);
      }
    }
  }

  /** Removes entries until there are no more than there may be. */
  makeRoom(): void {
    this.#sweep.makeRoom();
    this.#subnetSweep.makeRoom();
  }

  /** An entry has to make room for another one. */
  evict(): void {
    this.#sweep.evict();
  }

  /** Removes what is idle, and asks about what may be. */
  sweep(): void {
    const more = this.#sweep.run();
    if (this.#subnetSweep.run() || more) {
      this.#parts.setAlarm?.(PAUSE_MS);
    }
  }

  #writeForwarding(vtep: Vtep): void {
    if (vtep.isNeeded) {
      this.#answers.addForwarding(vtep);
    } else {
      this.#answers.addNoForwarding(vtep);
    }
    this.#written.wrote();
  }

  /** @returns whether the address's entry has to be written */
  #followLease(address: Ipv4): boolean {
    const { installed, counters, decide } = this.#parts;
    if (!installed.has(address)) {
      return false;
    }
    const decision = decide(address);
    if (decision === HOLD || (decision !== NO_LEASE && installed.leadsTo(address, decision))) {
      return false;
    }
    if (decision === NO_LEASE) {
      installed.forget(address);
      this.#remove(address, 'removed');
    } else {
      this.#answers.addResolved(address, decision);
      this.#written.wrote();
      installed.redirect(address, decision);
      counters.add('rewritten');
    }
    return true;
  }

  #remove(address: Ipv4, count: CounterName): void {
    this.#answers.addAbsent(address);
    this.#written.wrote();
    this.#parts.counters.add(count);
  }
}
