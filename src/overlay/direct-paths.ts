import type { Lease, LeaseChange } from '../leases/lease.ts';
import type { Ipv4 } from '../net/ipv4.ts';

/** Which hosts are reached without the tunnel (Backend.DirectRouting), as the host's own routes had it last. */
export class DirectPaths {
  readonly #isOnLink: (endpoint: Ipv4) => boolean;
  #known = new Map<Ipv4, boolean>();

  /** @param isOnLink asks the kernel */
  constructor(isOnLink: (endpoint: Ipv4) => boolean) {
    this.#isOnLink = isOnLink;
  }

  /** @throws KernelFault */
  isDirect(endpoint: Ipv4): boolean {
    const direct = this.#isOnLink(endpoint);
    this.#known.set(endpoint, direct);
    return direct;
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
      .filter(({ publicIp }) => (before.get(publicIp) ?? false) !== this.isDirect(publicIp))
      .map((lease) => ({ before: lease, after: lease }));
  }
}
