import type { LeaseChange } from '../leases/lease.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';

/** Where the VTEP with that MAC is; undefined: no lease names it any more. */
export interface VtepChange {
  readonly mac: Mac;
  readonly endpoint: Ipv4 | undefined;
}

/** Whose a subnet is now; without a MAC it is nobody's. */
export interface SubnetLease {
  readonly subnet: Prefix;
  readonly mac: Mac | undefined;
  readonly endpoint?: Ipv4 | undefined;
  /** The endpoint, when packets for the subnet are to go there without the tunnel. */
  readonly directly?: Ipv4 | undefined;
  /** On which interface that is. */
  readonly directInterface?: number | undefined;
}

/** The writer of neighbours, as the programmer needs it: resolves when existing neighbours follow the changes. */
export interface NeighbourKeeper {
  apply(changes: readonly SubnetLease[], complete: boolean, endpoints: readonly VtepChange[]): Promise<void>;
}

/** Who sees to the forwarding entries: written here ahead of the neighbours, or by their writer, on demand. */
export interface Forwarding {
  /** To be called before neighbours follow the changes. Gives what their writer has to know for it. */
  prepare(changes: readonly LeaseChange[], complete: boolean): readonly VtepChange[];
  /** To be called when they do. */
  finish(): void;
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
  readonly #forwarding: Forwarding;
  readonly #neighbours: NeighbourKeeper;
  readonly #interfaceTo: (endpoint: Ipv4) => number | undefined;
  readonly #waiting: Work[] = [];
  #running: Promise<void> | undefined;

  /** @param interfaceTo on which interface packets for an endpoint's subnet go there without the tunnel: none unless told */
  constructor(
    forwarding: Forwarding,
    neighbours: NeighbourKeeper,
    interfaceTo: (endpoint: Ipv4) => number | undefined = () => undefined,
  ) {
    this.#forwarding = forwarding;
    this.#neighbours = neighbours;
    this.#interfaceTo = interfaceTo;
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
    const endpoints = this.#forwarding.prepare(changes, complete);
    await this.#neighbours.apply(
      changes.flatMap((change) => this.#subnetLeases(change)),
      complete,
      endpoints,
    );
    this.#forwarding.finish();
  }

  /** A changed lease keeps its subnet as a rule; where it does not, the old subnet is nobody's. */
  #subnetLeases({ before, after }: LeaseChange): SubnetLease[] {
    const isMoved = before !== undefined && before.key !== after?.key;
    const gone = isMoved ? [{ subnet: before.subnet, mac: undefined }] : [];
    if (after === undefined) {
      return gone;
    }
    const { subnet, mac, publicIp: endpoint } = after;
    const directInterface = this.#interfaceTo(endpoint);
    const directly = directInterface === undefined ? undefined : endpoint;
    return [...gone, { subnet, mac, endpoint, directly, directInterface }];
  }
}
