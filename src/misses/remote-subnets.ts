import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { PrefixTable } from '../net/prefix-table.ts';
import type { Mode } from '../overlay/modes.ts';
import type { AgingEntries } from './lifetime.ts';
import type { RemoteHost } from './remote-host.ts';

/** A remote subnet that has, or is to have, a route of its own, through its network address. */
export class RemoteSubnet {
  /** The subnet's network address. */
  readonly gateway: Ipv4;
  /** As the kernel's entries are, or will be with the next write; undefined: it has none yet. */
  host: RemoteHost | undefined;
  /** Somebody else changed its entries, or an earlier agent left others. */
  isWrong = false;
  /** When it came into the list that it is in, in milliseconds. */
  since = 0;

  constructor(gateway: Ipv4) {
    this.gateway = gateway;
  }

  /** Whether its packets go by a neighbour. */
  get isTunnelled(): boolean {
    return this.host !== undefined && this.host.directly === undefined;
  }
}

/**
 * The remote subnets that have routes of their own, by their network address: of the leases that share one, the longest
 * has it. In use, by when somebody asked for the gateway latest; or suspected to be idle, by when that began.
 */
export class RemoteSubnets implements AgingEntries {
  readonly maximum: number;
  readonly #when: Mode['subnetRoutes'];
  readonly #leases: PrefixTable<RemoteHost>;
  /** Keys are signed: see PrefixTable. */
  readonly #inUse = new Map<number, RemoteSubnet>();
  readonly #suspects = new Map<number, RemoteSubnet>();
  readonly #changed = new Set<number>();
  #tunnelled = 0;
  #now = 0;

  /** @param maximum how many there may be where they come with misses */
  constructor(when: Mode['subnetRoutes'], leases: PrefixTable<RemoteHost>, maximum: number) {
    this.#when = when;
    this.#leases = leases;
    this.maximum = when === 'with-miss' ? maximum : Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#inUse.size + this.#suspects.size;
  }

  /** How many of them go by a neighbour. */
  get tunnelled(): number {
    return this.#tunnelled;
  }

  tick(now: number): void {
    this.#now = now;
  }

  has(gateway: Ipv4): boolean {
    return this.#inUse.has(gateway | 0) || this.#suspects.has(gateway | 0);
  }

  get(gateway: Ipv4): RemoteSubnet | undefined {
    return this.#inUse.get(gateway | 0) ?? this.#suspects.get(gateway | 0);
  }

  all(): RemoteSubnet[] {
    return [...this.#inUse.values(), ...this.#suspects.values()];
  }

  hostOf(gateway: Ipv4): RemoteHost | undefined {
    return this.get(gateway)?.host;
  }

  /** Whom packets through that gateway are to reach; undefined when there is to be no such route. */
  wanted(gateway: Ipv4): RemoteHost | undefined {
    return this.has(gateway) ? this.#ownerOf(gateway) : undefined;
  }

  /** Whether a neighbour of that address is a gateway's, or is to be. */
  hasNeighbour(gateway: Ipv4): boolean {
    const wanted = this.wanted(gateway);
    return wanted !== undefined && wanted.directly === undefined;
  }

  /** The lease of a subnet was changed. */
  noteLease(subnet: Prefix): void {
    const { address } = subnet;
    if (this.#when === 'with-lease' && !this.has(address)) {
      this.add(address);
    }
    if (this.has(address)) {
      this.#changed.add(address | 0);
    }
    const around = this.#when === 'with-miss' ? this.#leases.lookupAround(subnet) : undefined;
    if (around !== undefined && this.has(around.subnet.address)) {
      this.#changed.add(around.subnet.address | 0);
    }
  }

  /** Somebody asked for an address behind that host. */
  noteMiss({ subnet }: RemoteHost): void {
    if (this.#when === 'with-miss' && !this.has(subnet.address)) {
      this.revive(subnet);
    }
  }

  /** The subnet has its route from now on, unless a longer lease has its network address. */
  revive({ address, length }: Prefix): void {
    if (this.#ownerOf(address)?.subnet.length === length) {
      this.add(address);
      this.#changed.add(address | 0);
    }
  }

  add(gateway: Ipv4): RemoteSubnet {
    const subnet = new RemoteSubnet(gateway >>> 0);
    this.#place(subnet, this.#inUse);
    return subnet;
  }

  /** The kernel's entries are not as they should be, and are to be written anew. Returns whether that is news. */
  renew(gateway: Ipv4): boolean {
    const subnet = this.get(gateway);
    if (subnet === undefined) {
      return false;
    }
    const isNews = !this.#changed.has(gateway | 0);
    subnet.isWrong = true;
    this.#changed.add(gateway | 0);
    return isNews;
  }

  /** The kernel's entries are as that host's should be. */
  keep(subnet: RemoteSubnet, host: RemoteHost): void {
    this.#changed.delete(subnet.gateway | 0);
    this.lead(subnet, host);
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  /** The next gateway whose entries are to be written or removed; takes it for done. */
  next(): Ipv4 | undefined {
    for (const gateway of this.#changed) {
      this.#changed.delete(gateway);
      return gateway >>> 0;
    }
    return undefined;
  }

  /** Its entries lead to that host now. */
  lead(subnet: RemoteSubnet, host: RemoteHost | undefined): void {
    const former = subnet.isTunnelled ? subnet.host?.vtep : undefined;
    this.#tunnelled -= subnet.isTunnelled ? 1 : 0;
    subnet.host = host;
    this.#tunnelled += subnet.isTunnelled ? 1 : 0;
    subnet.isWrong = false;
    const vtep = subnet.isTunnelled ? host?.vtep : undefined;
    if (former !== vtep) {
      vtep?.gain();
      former?.lose();
    }
  }

  /** The kernel asked for the gateway, and was answered. Returns whether its neighbour is a gateway's. */
  touch(gateway: Ipv4): boolean {
    const subnet = this.get(gateway);
    if (subnet !== undefined) {
      this.#place(subnet, this.#inUse);
    }
    return subnet !== undefined && this.hasNeighbour(gateway);
  }

  suspect(gateway: Ipv4): void {
    const subnet = this.get(gateway);
    if (subnet !== undefined) {
      this.#place(subnet, this.#suspects);
    }
  }

  isSuspect(gateway: Ipv4): boolean {
    return this.#suspects.has(gateway | 0);
  }

  longestInUse(ago: number): Ipv4 | undefined {
    return this.#oldestOf(this.#inUse, ago);
  }

  longestSuspect(ago: number): Ipv4 | undefined {
    return this.#oldestOf(this.#suspects, ago);
  }

  forget(gateway: Ipv4): void {
    const subnet = this.get(gateway);
    if (subnet !== undefined) {
      this.lead(subnet, undefined);
      this.#inUse.delete(gateway | 0);
      this.#suspects.delete(gateway | 0);
    }
  }

  /**
   * With misses, a lease inside of which there is another one has no route: it would carry that one's packets, which nobody
   * asks for then.
   */
  #ownerOf(gateway: Ipv4): RemoteHost | undefined {
    const host = this.#leases.lookup(gateway);
    if (host?.subnet.address !== gateway >>> 0) {
      return undefined;
    }
    return this.#when === 'with-miss' && this.#leases.hasInside(host.subnet) ? undefined : host;
  }

  #place(subnet: RemoteSubnet, list: Map<number, RemoteSubnet>): void {
    const key = subnet.gateway | 0;
    this.#inUse.delete(key);
    this.#suspects.delete(key);
    subnet.since = this.#now;
    list.set(key, subnet);
  }

  #oldestOf(list: ReadonlyMap<number, RemoteSubnet>, ago: number): Ipv4 | undefined {
    for (const { gateway, since } of list.values()) {
      return this.#now - since >= ago ? gateway : undefined;
    }
    return undefined;
  }
}
