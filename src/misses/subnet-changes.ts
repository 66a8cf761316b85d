import { type Route, removeRoute, replaceGatewayRoute } from '../kernel/routes.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { samePrefix } from '../net/prefix.ts';
import { RT_SCOPE_UNIVERSE } from '../netlink/constants.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';
import type { AnswerQueue } from './answer-queue.ts';
import type { CounterName, Counters } from './counters.ts';
import type { InstalledNeighbours } from './installed.ts';
import type { RemoteHost } from './remote-host.ts';
import type { RemoteSubnet, RemoteSubnets } from './remote-subnets.ts';

/** A subnet may need four: the route of another length, and its own three. */
export const ONE_SUBNET = 4;

export interface SubnetChangesParts {
  readonly ifindex: number;
  readonly counters: Counters;
  readonly installed: InstalledNeighbours;
  readonly subnets: RemoteSubnets;
  /** Called for each message: until it is confirmed it may have been refused. */
  readonly wrote: () => void;
}

/**
 * Writes what the packets of remote subnets need: a neighbour for the gateway, a forwarding entry, a route, in that order,
 * so that nobody is sent where nothing is yet. Takes them away in reverse.
 */
export class SubnetChanges {
  readonly #parts: SubnetChangesParts;
  readonly #answers: AnswerQueue;
  /** Routes that nothing asks for. */
  #stale: Route[] = [];

  constructor(parts: SubnetChangesParts, answers: AnswerQueue) {
    this.#parts = parts;
    this.#answers = answers;
  }

  get hasStale(): boolean {
    return this.#stale.length > 0;
  }

  /** Routes that were found and that nothing asks for; those that were found before are no longer looked at. */
  noteStale(routes: Route[]): void {
    this.#stale = routes;
  }

  /** Writes those that changed, as many as there is room for. */
  program(): void {
    const { subnets } = this.#parts;
    while (subnets.hasChanged && this.#answers.hasRoomFor(ONE_SUBNET)) {
      const gateway = subnets.next();
      if (gateway !== undefined) {
        this.#settle(gateway);
      }
    }
  }

  /** Takes a subnet's entries away. */
  withdraw(subnet: RemoteSubnet, count: CounterName): void {
    const { gateway, host, isTunnelled } = subnet;
    if (host !== undefined) {
      this.#removeRoute(host);
    }
    this.#parts.subnets.forget(gateway);
    if (isTunnelled) {
      this.#unforward(host);
      this.#removeGateway(gateway, count);
    }
  }

  /** To be called when everything that is wanted is there: what nothing asks for goes. */
  removeStale(): void {
    const { installed, counters } = this.#parts;
    while (this.hasStale && this.#answers.hasRoomFor(2)) {
      const route = this.#stale.pop();
      if (route === undefined || this.#isWanted(route)) {
        continue;
      }
      this.#answers.addNoRoute(removeRoute(route));
      this.#parts.wrote();
      counters.add('routesRemoved');
      if (route.gateway !== undefined && installed.has(route.gateway)) {
        installed.forget(route.gateway);
        this.#removeGateway(route.gateway, 'removed');
      }
    }
  }

  /** Since it was found, somebody may have asked for it. */
  #isWanted({ destination, priority }: Route): boolean {
    const wanted = this.#parts.subnets.wanted(destination.address);
    return wanted !== undefined && priority === 0 && samePrefix(wanted.subnet, destination);
  }

  #settle(gateway: Ipv4): void {
    const { subnets } = this.#parts;
    const wanted = subnets.wanted(gateway);
    const subnet = subnets.get(gateway);
    if (subnet !== undefined && wanted !== undefined) {
      this.#install(subnet, wanted);
    } else if (subnet !== undefined) {
      this.withdraw(subnet, 'removed');
    }
  }

  #install(subnet: RemoteSubnet, host: RemoteHost): void {
    const { subnets, installed } = this.#parts;
    const { gateway, host: former, isTunnelled, isWrong } = subnet;
    if (former !== undefined && !isWrong && sameEntries(former, host)) {
      subnets.lead(subnet, host);
      return;
    }
    // A route to the same destination is replaced.
    if (former !== undefined && !samePrefix(former.subnet, host.subnet)) {
      this.#removeRoute(former);
    }
    if (host.directly === undefined) {
      this.#writeGateway(gateway, host, isTunnelled);
    }
    this.#writeRoute(host);
    subnets.lead(subnet, host);
    subnets.touch(gateway);
    if (host.directly !== undefined && isTunnelled) {
      this.#removeGateway(gateway, 'removed');
    }
    if (host.directly === undefined) {
      installed.forget(gateway);
    }
  }

  /** Where packets go by the neighbour already, its forwarding entry is first. */
  #writeGateway(gateway: Ipv4, host: RemoteHost, isUsed: boolean): void {
    if (isUsed) {
      this.#forward(host);
    }
    this.#answers.addGateway(gateway, host);
    this.#parts.wrote();
    if (!isUsed) {
      this.#forward(host);
    }
  }

  #forward({ vtep }: RemoteHost): void {
    if (vtep?.isMissing === true) {
      this.#answers.addForwarding(vtep);
      this.#parts.wrote();
    }
  }

  #unforward(host: RemoteHost | undefined): void {
    const vtep = host?.vtep;
    if (vtep?.isHeld === true && !vtep.isNeeded) {
      this.#answers.addNoForwarding(vtep);
      this.#parts.wrote();
    }
  }

  #writeRoute({ subnet, directly }: RemoteHost): void {
    const { ifindex, counters } = this.#parts;
    const route =
      directly === undefined
        ? replaceGatewayRoute(subnet, subnet.address, OWN_PROTOCOL, ifindex)
        : replaceGatewayRoute(subnet, directly, OWN_PROTOCOL);
    this.#answers.addRoute(route);
    this.#parts.wrote();
    counters.add('routesWritten');
  }

  #removeRoute(host: RemoteHost): void {
    this.#answers.addNoRoute(removeRoute(routeOf(host, this.#parts.ifindex)));
    this.#parts.wrote();
    this.#parts.counters.add('routesRemoved');
  }

  #removeGateway(gateway: Ipv4, count: CounterName): void {
    this.#answers.addAbsent(gateway);
    this.#parts.wrote();
    this.#parts.counters.add(count);
  }
}

/** Whether two leases ask for the same entries, forwarding entries aside. */
function sameEntries(one: RemoteHost, other: RemoteHost): boolean {
  return (
    samePrefix(one.subnet, other.subnet) &&
    one.directly === other.directly &&
    one.directInterface === other.directInterface &&
    Buffer.compare(one.mac, other.mac) === 0
  );
}

/** As the kernel holds it. */
function routeOf({ subnet, directly, directInterface }: RemoteHost, ifindex: number): Route {
  return {
    destination: subnet,
    ifindex: directly === undefined ? ifindex : directInterface,
    gateway: directly ?? subnet.address,
    preferredSource: undefined,
    priority: 0,
    protocol: OWN_PROTOCOL,
    scope: RT_SCOPE_UNIVERSE,
  };
}

/** Whether the kernel's route is the one that the host's subnet is to have. */
export function isRouteOf(route: Route, host: RemoteHost, ifindex: number): boolean {
  const wanted = routeOf(host, ifindex);
  return (
    route.protocol === wanted.protocol &&
    route.gateway === wanted.gateway &&
    route.priority === wanted.priority &&
    (wanted.ifindex === undefined || route.ifindex === wanted.ifindex)
  );
}
