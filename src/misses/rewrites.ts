import type { Ipv4 } from '../net/ipv4.ts';

interface Job {
  readonly addresses: readonly Ipv4[];
  next: number;
  readonly done: () => void;
}

/** Addresses whose entries have to follow a lease change, in the order of the changes. */
export class Rewrites {
  readonly #jobs: Job[] = [];

  /** Whether every address was given out. */
  get isEmpty(): boolean {
    return this.#jobs.every(({ addresses, next }) => next === addresses.length);
  }

  /** @param done called by `settle` once all addresses were given out */
  add(addresses: readonly Ipv4[], done: () => void): void {
    this.#jobs.push({ addresses, next: 0, done });
  }

  /** The next address, or undefined when there is none. */
  next(): Ipv4 | undefined {
    const job = this.#jobs.find(({ addresses, next }) => next < addresses.length);
    return job?.addresses[job.next++];
  }

  /** To be called when everything given out is written: tells those whose addresses are all among it. */
  settle(): void {
    while (this.#jobs[0] !== undefined && this.#jobs[0].next === this.#jobs[0].addresses.length) {
      this.#jobs.shift()?.done();
    }
  }
}
