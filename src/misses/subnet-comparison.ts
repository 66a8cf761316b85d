import type { Neighbour } from '../kernel/neighbours.ts';
import type { Route } from '../kernel/routes.ts';
import { macFromBytes } from '../net/mac.ts';
import { covers, type Prefix, samePrefix } from '../net/prefix.ts';
import type { PrefixTable } from '../net/prefix-table.ts';
import { NUD_PERMANENT, NUD_STALE } from '../netlink/constants.ts';
import type { Mode } from '../overlay/modes.ts';
import { isOwnRoute, OWN_PROTOCOL } from '../overlay/ownership.ts';
import type { Counters } from './counters.ts';
import type { Lifetime } from './lifetime.ts';
import { isWaiting } from './neighbour-writer.ts';
import type { RemoteHost } from './remote-host.ts';
import type { RemoteSubnet, RemoteSubnets } from './remote-subnets.ts';
import { isRouteOf } from './subnet-changes.ts';

export interface SubnetComparisonParts {
  readonly ifindex: number;
  readonly network: Prefix;
  readonly mode: Mode;
  readonly counters: Counters;
  readonly leases: PrefixTable<RemoteHost>;
  readonly subnets: RemoteSubnets;
  readonly subnetLifetime: Lifetime;
}

/** Compares the routes of remote subnets, and the neighbours that they lead to, with the leases. */
export class SubnetComparison {
  readonly #parts: SubnetComparisonParts;
  #done = false;
  /** What nothing asked for at the last comparison. */
  #stale: ReadonlySet<number> = new Set();

  constructor(parts: SubnetComparisonParts) {
    this.#parts = parts;
  }

  /**
   * Notes which subnets' entries are to be written. With a complete list of leases only. Without neighbours those are
   * taken to be right.
   *
   * @returns the routes that are ours, or flannel's, and that nothing asks for
   */
  compare(routes: readonly Route[], neighbours?: readonly Neighbour[]): Route[] {
    const own = routes.filter((route) => this.#isOwn(route));
    if (!this.#done) {
      this.#takeOver(own);
    }
    const wanted = this.#checkAll(own, neighbours);
    const isWanted = ({ destination, priority }: Route) => priority === 0 && wanted.has(keyOf(destination));
    const stale = own.filter((route) => !this.#isNetworkRoute(route) && !isWanted(route));
    this.#countStale(stale);
    this.#done = true;
    return stale;
  }

  /** The same before there is a complete list: nothing is known to be too much. */
  check(routes: readonly Route[], neighbours?: readonly Neighbour[]): Route[] {
    this.#checkAll(
      routes.filter((route) => this.#isOwn(route)),
      neighbours,
    );
    return [];
  }

  /** @returns the keys of the subnets that are to have a route */
  #checkAll(own: readonly Route[], neighbours: readonly Neighbour[] | undefined): Set<number> {
    // One of another priority stands beside ours.
    const rivals = own.filter(({ priority }) => priority === 0);
    const routeTo = new Map(rivals.map((route) => [keyOf(route.destination), route]));
    const neighbourAt = neighbours && new Map(neighbours.map((one) => [one.destination, one]));
    const wanted = new Set<number>();
    for (const subnet of this.#parts.subnets.all()) {
      const host = this.#parts.subnets.wanted(subnet.gateway);
      if (host !== undefined) {
        const key = keyOf(host.subnet);
        wanted.add(key);
        const isThere = neighbourAt === undefined || this.#leadsTo(neighbourAt.get(subnet.gateway), host);
        const isWhole = this.#isRouted(host, routeTo.get(key)) && (isThere || host.directly !== undefined);
        this.#note(subnet, host, isWhole);
      }
    }
    return wanted;
  }

  /** Those of the first comparison were left by an earlier agent. One may be found again before it is removed. */
  #countStale(stale: readonly Route[]): void {
    const keys = new Set(stale.map(({ destination }) => keyOf(destination)));
    const added = this.#done ? [...keys].filter((key) => !this.#stale.has(key)) : [];
    this.#parts.counters.add('mended', added.length);
    this.#stale = keys;
  }

  /** With leases every subnet has its route; with misses those that an earlier agent left have to show that they are used. */
  #takeOver(own: readonly Route[]): void {
    const { mode, subnets, subnetLifetime, ifindex } = this.#parts;
    if (mode.subnetRoutes !== 'with-miss') {
      return;
    }
    for (const { destination, gateway, ifindex: device } of own) {
      const isSubnets = device === ifindex && gateway === destination.address;
      // Ours may be among them: what was sent to before the first complete list.
      if (isSubnets && !subnets.has(destination.address)) {
        subnets.revive(destination);
        subnetLifetime.hurry();
      }
    }
  }

  #isRouted(host: RemoteHost, route: Route | undefined): boolean {
    return route !== undefined && isRouteOf(route, host, this.#parts.ifindex);
  }

  #note(subnet: RemoteSubnet, host: RemoteHost, isWhole: boolean): void {
    const { subnets, counters } = this.#parts;
    if (isWhole && subnet.host === undefined) {
      subnets.keep(subnet, host);
      counters.add('adopted');
    } else if (!isWhole && subnets.renew(subnet.gateway)) {
      counters.add('mended');
    }
  }

  /** One that waits for an answer gets it from whoever looks for those. */
  #leadsTo(neighbour: Neighbour | undefined, host: RemoteHost): boolean {
    if (neighbour === undefined) {
      return false;
    }
    const { destination, mac, state, protocol } = neighbour;
    const wanted = this.#parts.subnets.isSuspect(destination) ? NUD_STALE : NUD_PERMANENT;
    const isAsItShould = state === wanted && protocol === OWN_PROTOCOL && mac === macFromBytes(host.mac);
    return isAsItShould || isWaiting(neighbour);
  }

  #isNetworkRoute({ destination, ifindex }: Route): boolean {
    const { mode, network, ifindex: device } = this.#parts;
    return mode.networkRoute && ifindex === device && samePrefix(destination, network);
  }

  /** Ours or flannel's: over the device, or past it to the host whose subnet it is (Backend.DirectRouting). */
  #isOwn(route: Route): boolean {
    const { ifindex, network, leases } = this.#parts;
    const { destination, gateway, protocol } = route;
    return (
      isOwnRoute(route, ifindex, network) ||
      (covers(network, destination) &&
        gateway !== undefined &&
        (protocol === OWN_PROTOCOL || leases.get(destination)?.endpoint === gateway))
    );
  }
}

function keyOf({ address, length }: Prefix): number {
  return address * 64 + length;
}
