import type { Lease, LeaseChange } from '../leases/lease.ts';
import type { Ipv4 } from '../net/ipv4.ts';

/** Which hosts are reached without the tunnel (Backend.DirectRouting), as the host's own routes had it last. */
export class DirectPaths {
  readonly #interfaceTo: (endpoint: Ipv4) => number | undefined;
  #known = new Map<Ipv4, number | undefined>();

  /** @param interfaceTo asks the kernel on which interface an endpoint is a neighbour */
  constructor(interfaceTo: (endpoint: Ipv4) => number | undefined) {
    this.#interfaceTo = interfaceTo;
  }

  /**
   * The interface on which the endpoint is reached without the tunnel; undefined: it is not.
   *
   * @throws KernelFault
   */
  interfaceTo(endpoint: Ipv4): number | undefined {
    const ifindex = this.#interfaceTo(endpoint);
    this.#known.set(endpoint, ifindex);
    return ifindex;
  }

  /**
   * The leases whose hosts are reached in another way than before, as changes to be programmed.
   *
   * @param leases all that there are
   * @throws KernelFault
   */
  reconsider(leases: readonly Lease[]): LeaseChange[] {
    const before = this.#known;
    this.#known = new Map();
    return leases
      .filter(({ publicIp }) => before.get(publicIp) !== this.interfaceTo(publicIp))
      .map((lease) => ({ before: lease, after: lease }));
  }
}
