import type { Ipv4 } from '../../src/net/ipv4.ts';
import { contains, prefixOf } from '../../src/net/prefix.ts';
import { addressMessage } from '../../src/netlink/address/message.ts';
import {
  AF_INET,
  NLM_F_EXCL,
  NLM_F_MULTI,
  NLM_F_REPLACE,
  RTM_DELADDR,
  RTM_DELROUTE,
  RTM_F_FIB_MATCH,
  RTM_NEWADDR,
  RTM_NEWROUTE,
  RTN_UNICAST,
} from '../../src/netlink/constants.ts';
import type { Frame, Request } from '../../src/netlink/message.ts';
import type { RouteAttributes } from '../../src/netlink/route/attributes.ts';
import type { RouteHeader } from '../../src/netlink/route/header.ts';
import { routeMessage } from '../../src/netlink/route/message.ts';
import { ERRNO, type FakeLinkTable } from './fake-link-table.ts';

export interface FakeAddress {
  readonly ifindex: number;
  readonly address: Ipv4;
  readonly prefixLength: number;
  readonly scope: number;
  readonly flags: number;
  readonly protocol?: number | undefined;
}

/** IPv4 addresses of a fake kernel (net/ipv4/devinet.c). */
export class FakeAddressTable {
  readonly addresses: FakeAddress[] = [];
  readonly #links: FakeLinkTable;

  constructor(links: FakeLinkTable) {
    this.#links = links;
  }

  /** @returns an errno, or 0 */
  change({ type, flags, payload }: Frame): number {
    const { header, attributes } = addressMessage.decode(payload);
    const { ifindex, prefixLength, scope } = header;
    const { local: address, protocol } = attributes;
    if (typeof address !== 'number' || !this.#links.links.has(ifindex)) {
      return typeof address === 'number' ? ERRNO.ENODEV : ERRNO.EINVAL;
    }
    const at = this.addresses.findIndex(
      (one) => one.ifindex === ifindex && one.address === address && one.prefixLength === prefixLength,
    );
    if (type === RTM_DELADDR) {
      return removeAt(this.addresses, at) ? 0 : ERRNO.EADDRNOTAVAIL;
    }
    if (at !== -1) {
      return (flags & NLM_F_EXCL) !== 0 || (flags & NLM_F_REPLACE) === 0 ? ERRNO.EEXIST : 0;
    }
    this.addresses.push({ ifindex, address, prefixLength, scope, flags: header.flags, protocol });
    return 0;
  }

  removeDevice(ifindex: number): void {
    const left = this.addresses.filter((one) => one.ifindex !== ifindex);
    this.addresses.splice(0, this.addresses.length, ...left);
  }

  dump(): Request[] {
    return this.addresses.map(({ address, protocol, ...header }) =>
      addressMessage.request(
        RTM_NEWADDR,
        NLM_F_MULTI,
        { family: AF_INET, ...header },
        { address, local: address, flags: header.flags, ...(protocol === undefined ? {} : { protocol }) },
      ),
    );
  }
}

export interface FakeRoute {
  readonly header: RouteHeader;
  readonly attributes: RouteAttributes;
}

/** IPv4 routes of a fake kernel (net/ipv4/fib_frontend.c, fib_trie.c), for what the agent asks of them. */
export class FakeRouteTable {
  readonly routes: FakeRoute[] = [];
  readonly #links: FakeLinkTable;

  constructor(links: FakeLinkTable) {
    this.#links = links;
  }

  /** @returns an errno, or 0 */
  change({ type, flags, payload }: Frame): number {
    const route = this.#through(routeMessage.decode(payload), type);
    if (route === undefined) {
      return ERRNO.ENETUNREACH;
    }
    if (type === RTM_DELROUTE) {
      const at = this.routes.findIndex((one) => matches(one, route));
      return removeAt(this.routes, at) ? 0 : ERRNO.ESRCH;
    }
    const device = route.attributes.outputInterface;
    const link = device === undefined ? undefined : this.#links.links.get(device);
    if (link?.up !== true) {
      return link === undefined ? ERRNO.ENODEV : ERRNO.ENETDOWN;
    }
    const same = this.routes.findIndex((one) => sameKey(one, route));
    if (same === -1) {
      this.routes.push(route);
    } else if ((flags & NLM_F_REPLACE) !== 0) {
      this.routes[same] = route;
    } else {
      return ERRNO.EEXIST;
    }
    return 0;
  }

  /** The answer to a question for the way to an address; undefined: there is none. */
  find(payload: Buffer): Request | undefined {
    const { header: asked, attributes } = routeMessage.decode(payload);
    const { destination } = attributes;
    const route = typeof destination === 'number' ? this.#wayTo(destination) : undefined;
    if (route === undefined || destination === undefined) {
      return undefined;
    }
    if ((asked.flags & RTM_F_FIB_MATCH) !== 0) {
      return routeMessage.request(RTM_NEWROUTE, 0, route.header, route.attributes);
    }
    const header = { ...route.header, destinationLength: 32 };
    return routeMessage.request(RTM_NEWROUTE, 0, header, { ...route.attributes, destination });
  }

  /** The longest that covers the address. */
  #wayTo(address: Ipv4): FakeRoute | undefined {
    return this.routes
      .filter(({ header, attributes }) => covers(attributes.destination, header.destinationLength, address))
      .sort((one, other) => other.header.destinationLength - one.header.destinationLength)[0];
  }

  /** A route that names no interface leaves by that of its gateway (fib_check_nh). */
  #through(route: FakeRoute, type: number): FakeRoute | undefined {
    const { gateway, outputInterface } = route.attributes;
    if (outputInterface !== undefined || type === RTM_DELROUTE || typeof gateway !== 'number') {
      return route;
    }
    const way = this.#wayTo(gateway)?.attributes.outputInterface;
    return way === undefined
      ? undefined
      : { ...route, attributes: { ...route.attributes, outputInterface: way } };
  }

  dump(payload: Buffer): Request[] {
    const { table } = routeMessage.decode(payload).attributes;
    return this.routes
      .filter(({ header }) => table === undefined || table === header.table)
      .map(({ header, attributes }) =>
        routeMessage.request(RTM_NEWROUTE, NLM_F_MULTI, header, { table: header.table, ...attributes }),
      );
  }

  removeDevice(ifindex: number): void {
    const left = this.routes.filter(({ attributes }) => attributes.outputInterface !== ifindex);
    this.routes.splice(0, this.routes.length, ...left);
  }
}

function covers(network: Ipv4 | Uint8Array | undefined, length: number, address: Ipv4): boolean {
  return contains(prefixOf(typeof network === 'number' ? network : 0, length), address);
}

/** Returns false for an index of -1. */
function removeAt(list: unknown[], index: number): boolean {
  return index !== -1 && list.splice(index, 1).length === 1;
}

/** What two routes cannot share: destination, table and priority (fib_insert_alias). */
function sameKey(one: FakeRoute, other: FakeRoute): boolean {
  return (
    one.header.table === other.header.table &&
    one.header.destinationLength === other.header.destinationLength &&
    (one.attributes.destination ?? 0) === (other.attributes.destination ?? 0) &&
    (one.attributes.priority ?? 0) === (other.attributes.priority ?? 0)
  );
}

/** A deletion names what has to match; what it leaves out matches everything (fib_table_delete, fib_nh_match). */
function matches(present: FakeRoute, asked: FakeRoute): boolean {
  const { priority, outputInterface, gateway } = asked.attributes;
  return (
    sameKey(present, {
      ...asked,
      attributes: { ...asked.attributes, priority: priority ?? present.attributes.priority ?? 0 },
    }) &&
    (asked.header.protocol === 0 || asked.header.protocol === present.header.protocol) &&
    asked.header.type === (present.header.type || RTN_UNICAST) &&
    (outputInterface === undefined || outputInterface === present.attributes.outputInterface) &&
    (gateway === undefined || gateway === present.attributes.gateway)
  );
}
