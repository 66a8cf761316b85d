import type { Ipv4 } from '../net/ipv4.ts';
import { type Prefix, sizeOf } from '../net/prefix.ts';
import type { InstalledNeighbours } from './installed.ts';

/** Addresses of one lease change that are still to be looked at: the rest of `subnets[0]`, from `next` on, and the others. */
interface Job {
  readonly subnets: Prefix[];
  next: number;
  readonly done: () => void;
}

/** Addresses whose entries have to follow a lease change, in the order of the changes. */
export class Rewrites {
  readonly #installed: InstalledNeighbours;
  readonly #jobs: Job[] = [];

  constructor(installed: InstalledNeighbours) {
    this.#installed = installed;
  }

  /** Whether every address was given out. */
  get isEmpty(): boolean {
    return this.#jobs.length === 0 || this.#jobs.every(({ subnets }) => subnets.length === 0);
  }

  /**
   * The leases of these subnets changed.
   *
   * @param done called by `settle` once all their addresses were given out
   */
  add(subnets: readonly Prefix[], done: () => void): void {
    this.#jobs.push({ subnets: subnets.flatMap((subnet) => this.#fewest(subnet)), next: 0, done });
  }

  /** The next address, whether it has an entry or not; undefined when there is none. */
  next(): Ipv4 | undefined {
    const job = this.#jobs.find(({ subnets }) => subnets.length > 0);
    const [subnet] = job?.subnets ?? [];
    if (job === undefined || subnet === undefined) {
      return undefined;
    }
    const address = subnet.address + job.next;
    job.next += 1;
    if (job.next === sizeOf(subnet)) {
      job.subnets.shift();
      job.next = 0;
    }
    return address;
  }

  /** To be called when everything given out is written: tells those whose addresses are all among it. */
  settle(): void {
    while (this.#jobs[0]?.subnets.length === 0) {
      this.#jobs.shift()?.done();
    }
  }

  /** The subnet, or its entries one by one where there are fewer entries in all than addresses in it. */
  #fewest(subnet: Prefix): readonly Prefix[] {
    if (sizeOf(subnet) <= this.#installed.size) {
      return [subnet];
    }
    return this.#installed.within(subnet).map((address) => ({ address, length: 32 }));
  }
}
