import type { Lease } from '../leases/lease.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';

const NONE: readonly Lease[] = [];

/** One MAC: which leases name it, and what the kernel holds for it, as far as we wrote or saw it. */
export class ForwardingRecord {
  readonly mac: Mac;
  /**
   * Where the entry is to lead: as the lease says that was written last. Undefined when no lease names the MAC. A field that
   * follows the leases, because thousands of records are asked by code that is not compiled yet.
   */
  wanted: Ipv4 | undefined;
  isHeld = false;
  /** Where the kernel's entry leads; undefined where that is not an IPv4 address. */
  endpoint: Ipv4 | undefined = undefined;
  #lease: Lease | undefined;
  /** Further leases that name the MAC: a host with two subnets, or two hosts that contradict each other. */
  #others: readonly Lease[] = NONE;

  constructor(mac: Mac, lease?: Lease) {
    this.mac = mac;
    this.wanted = lease?.publicIp;
    this.#lease = lease;
  }

  /** Whether the kernel lacks the entry or has it leading elsewhere. */
  get isMissing(): boolean {
    const { wanted } = this;
    return wanted !== undefined && !(this.isHeld && this.endpoint === wanted);
  }

  /** Whether the kernel holds an entry that no lease needs. */
  get isStale(): boolean {
    return this.isHeld && this.#lease === undefined;
  }

  /** Whether there is no reason to remember it. */
  get isEmpty(): boolean {
    return !this.isHeld && this.#lease === undefined;
  }

  /** @returns another lease that names the MAC at another address, if there is one */
  link(lease: Lease): Lease | undefined {
    if (this.#lease === undefined || this.#lease.key === lease.key) {
      this.#lease = lease;
    } else {
      this.#others = [...this.#others.filter(({ key }) => key !== lease.key), lease];
    }
    this.wanted = this.#latest()?.publicIp;
    return this.#others === NONE ? undefined : this.#rivalOf(lease);
  }

  unlink(lease: Lease): void {
    if (this.#lease?.key === lease.key) {
      [this.#lease, ...this.#others] = this.#others;
    } else {
      this.#others = this.#others.filter(({ key }) => key !== lease.key);
    }
    this.#others = this.#others.length === 0 ? NONE : this.#others;
    this.wanted = this.#latest()?.publicIp;
  }

  #latest(): Lease | undefined {
    let latest = this.#lease;
    for (const lease of this.#others) {
      if (latest === undefined || lease.modRevision > latest.modRevision) {
        latest = lease;
      }
    }
    return latest;
  }

  #rivalOf({ key, publicIp }: Lease): Lease | undefined {
    const rivals = (other: Lease | undefined) => other?.key !== key && other?.publicIp !== publicIp;
    return [this.#lease, ...this.#others].find(rivals);
  }
}
