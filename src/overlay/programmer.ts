import type { Lease, LeaseChange } from '../leases/lease.ts';
import type { Mac } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';
import type { ForwardingTable } from './forwarding-table.ts';

/** The writer of neighbours, as the programmer needs it: resolves when existing neighbours follow the changes. */
export interface NeighbourKeeper {
  apply(
    changes: readonly { readonly subnet: Prefix; readonly mac: Mac | undefined }[],
    complete: boolean,
  ): Promise<void>;
}

/** Changes that belong together, and whether they came from a complete list of all leases. */
interface Work {
  readonly changes: readonly LeaseChange[];
  readonly complete: boolean;
}

/**
 * Writes lease changes into the kernel in the one order in which no packet is lost: new forwarding entries first, then
 * the neighbours that lead to them, then the forwarding entries that nobody needs any more. One batch at a time; what
 * arrives meanwhile waits and goes together.
 */
export class Programmer {
  readonly #forwarding: ForwardingTable;
  readonly #neighbours: NeighbourKeeper;
  readonly #waiting: Work[] = [];
  #running: Promise<void> | undefined;

  constructor(forwarding: ForwardingTable, neighbours: NeighbourKeeper) {
    this.#forwarding = forwarding;
    this.#neighbours = neighbours;
  }

  /**
   * Takes changes over. Resolves when the kernel holds what they ask for, and what came with them.
   *
   * @throws KernelFault, ThreadFault when the kernel or the resolver is out of reach
   */
  program(changes: readonly LeaseChange[], complete: boolean): Promise<void> {
    this.#waiting.push({ changes, complete });
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Says that it is over in the same turn in which it finds nothing more: what came between would wait for ever. */
  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const work = this.#waiting.splice(0);
        await this.#write(
          work.flatMap(({ changes }) => changes),
          work.some(({ complete }) => complete),
        );
      }
    } finally {
      this.#running = undefined;
    }
  }

  async #write(changes: readonly LeaseChange[], complete: boolean): Promise<void> {
    if (complete) {
      this.#forwarding.compare(changes);
    } else {
      this.#forwarding.install(changes);
    }
    await this.#neighbours.apply(changes.flatMap(subnetChanges), complete);
    this.#forwarding.removeStale();
  }
}

/** A changed lease keeps its subnet as a rule; where it does not, the old subnet is nobody's. */
function subnetChanges({ before, after }: LeaseChange) {
  const gone = before !== undefined && before.key !== after?.key ? [toChange(before, undefined)] : [];
  return after === undefined ? gone : [...gone, toChange(after, after.mac)];
}

function toChange({ subnet }: Lease, mac: Mac | undefined) {
  return { subnet, mac };
}
