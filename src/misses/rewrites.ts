import type { Ipv4 } from '../net/ipv4.ts';
import { contains, type Prefix, sizeOf } from '../net/prefix.ts';
import type { InstalledNeighbours } from './installed.ts';

/** Addresses of one lease change that are still to be looked at: the rest of `subnets[at]`, from `next` on, and those behind it. */
interface Job {
  readonly subnets: readonly Prefix[];
  readonly done: () => void;
  at: number;
  next: number;
}

/** A lease of more addresses than these is wide. */
const WIDE = 1024;

/** Addresses whose entries have to follow a lease change, in the order of the changes. */
export class Rewrites {
  readonly #installed: InstalledNeighbours;
  readonly #jobs: Job[] = [];
  /** How many jobs at the begin gave out everything. */
  #finished = 0;

  constructor(installed: InstalledNeighbours) {
    this.#installed = installed;
  }

  /** Whether every address was given out. */
  get isEmpty(): boolean {
    return this.#finished === this.#jobs.length;
  }

  /** Whether what is given out next is of a wide lease. */
  get isWide(): boolean {
    const job = this.#jobs[this.#finished];
    const subnet = job?.subnets[job.at];
    return subnet !== undefined && sizeOf(subnet) > WIDE;
  }

  /**
   * The leases of these subnets changed.
   *
   * @param done called by `settle` once all their addresses were given out
   */
  add(subnets: readonly Prefix[], done: () => void): void {
    this.#jobs.push({ subnets, done, at: 0, next: 0 });
    this.#skipFinished();
  }

  /**
   * One look: the next address, whether it has an entry or not. Undefined when there is none at that place, which says
   * nothing of the next one: see `isEmpty`.
   */
  next(): Ipv4 | undefined {
    const job = this.#jobs[this.#finished];
    const subnet = job?.subnets[job.at];
    if (job === undefined || subnet === undefined) {
      return undefined;
    }
    const { next } = job;
    job.next += 1;
    // A subnet with more addresses than there are entries is looked for among the entries.
    const isLarger = sizeOf(subnet) > this.#installed.places;
    if (job.next >= (isLarger ? this.#installed.places : sizeOf(subnet))) {
      job.at += 1;
      job.next = 0;
      this.#skipFinished();
    }
    if (!isLarger) {
      return subnet.address + next;
    }
    const address = this.#installed.addressAt(next);
    return address !== undefined && contains(subnet, address) ? address : undefined;
  }

  /** To be called when everything given out is written: tells those whose addresses are all among it. */
  settle(): void {
    while (this.#finished > 0) {
      this.#finished -= 1;
      this.#jobs.shift()?.done();
    }
  }

  #skipFinished(): void {
    for (let job = this.#jobs[this.#finished]; job !== undefined && job.at === job.subnets.length; ) {
      this.#finished += 1;
      job = this.#jobs[this.#finished];
    }
  }
}
