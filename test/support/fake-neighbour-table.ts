import type { Ipv4 } from '../../src/net/ipv4.ts';
import type { Mac } from '../../src/net/mac.ts';
import {
  AF_BRIDGE,
  AF_INET,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_MULTI,
  NLM_F_REPLACE,
  NTF_SELF,
  NTF_USE,
  NUD_INCOMPLETE,
  NUD_PERMANENT,
  NUD_REACHABLE,
  RTM_DELNEIGH,
  RTM_NEWNEIGH,
} from '../../src/netlink/constants.ts';
import type { Frame, Request } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { ERRNO, type FakeLinkTable } from './fake-link-table.ts';

export interface FakeNeighbour {
  readonly ifindex: number;
  readonly destination: Ipv4;
  mac: Mac | undefined;
  state: number;
  protocol: number;
}

export interface FakeForwarding {
  readonly ifindex: number;
  readonly mac: Mac;
  endpoint: Ipv4;
  state: number;
}

type Decoded = ReturnType<typeof neighbourMessage.decode>;

/** Neighbours (net/core/neighbour.c) and forwarding entries (drivers/net/vxlan/vxlan_core.c) of a fake kernel. */
export class FakeNeighbourTable {
  readonly neighbours = new Map<string, FakeNeighbour>();
  readonly forwarding = new Map<string, FakeForwarding>();
  /** What the kernel says of each forwarding entry: how long ago a frame went by it, in hundredths of a second. */
  unusedHundredths = 0;
  /** Called with an entry that was made by NTF_USE: the kernel asks about it. */
  onUse: (made: FakeNeighbour) => void = () => undefined;
  readonly #links: FakeLinkTable;

  constructor(links: FakeLinkTable) {
    this.#links = links;
  }

  /** Puts a neighbour there as if it had been. */
  add(ifindex: number, destination: Ipv4, state: number, mac?: Mac, protocol = 0): FakeNeighbour {
    const neighbour = { ifindex, destination, mac, state, protocol };
    this.neighbours.set(`${ifindex} ${destination}`, neighbour);
    return neighbour;
  }

  /** Takes a neighbour away as if somebody had removed it. */
  remove(ifindex: number, destination: Ipv4): void {
    this.neighbours.delete(`${ifindex} ${destination}`);
  }

  get(ifindex: number, destination: Ipv4): FakeNeighbour | undefined {
    return this.neighbours.get(`${ifindex} ${destination}`);
  }

  /** @returns an errno, or 0 */
  change({ type, flags, payload }: Frame): number {
    const message = neighbourMessage.decode(payload);
    if (!this.#links.links.has(message.header.ifindex)) {
      return ERRNO.ENODEV;
    }
    if (message.header.family === AF_BRIDGE) {
      return type === RTM_DELNEIGH ? this.#removeForwarding(message) : this.#setForwarding(flags, message);
    }
    return type === RTM_DELNEIGH ? this.#removeNeighbour(message) : this.#setNeighbour(flags, message);
  }

  dump(payload: Buffer): Request[] {
    const { header, attributes } = neighbourMessage.decode(payload);
    const device = header.family === AF_BRIDGE ? header.ifindex : attributes.ifindex;
    const wanted = <T extends { ifindex: number }>(all: Iterable<T>) =>
      [...all].filter(({ ifindex }) => device === undefined || device === 0 || ifindex === device);
    return header.family === AF_BRIDGE
      ? wanted(this.forwarding.values()).map((entry) => reportForwarding(entry, this.unusedHundredths))
      : wanted(this.neighbours.values()).map(reportNeighbour);
  }

  /** The answer to a question for one entry; undefined: there is none. */
  find(payload: Buffer): Request | undefined {
    const { header, attributes } = neighbourMessage.decode(payload);
    const { ifindex, family } = header;
    if (family === AF_BRIDGE) {
      const entry = this.forwarding.get(`${ifindex} ${attributes.linkLayerAddress}`);
      return entry === undefined ? undefined : reportForwarding(entry, this.unusedHundredths);
    }
    const neighbour = this.neighbours.get(`${ifindex} ${attributes.destination}`);
    return neighbour === undefined ? undefined : reportNeighbour(neighbour);
  }

  removeDevice(ifindex: number): void {
    for (const table of [this.neighbours, this.forwarding]) {
      for (const [key, entry] of table) {
        if (entry.ifindex === ifindex) {
          table.delete(key);
        }
      }
    }
  }

  #setNeighbour(flags: number, { header, attributes }: Decoded): number {
    const { destination, linkLayerAddress, protocol } = attributes;
    if (typeof destination !== 'number') {
      return ERRNO.EINVAL;
    }
    const mac = typeof linkLayerAddress === 'string' ? linkLayerAddress : undefined;
    const present = this.get(header.ifindex, destination);
    if (present === undefined) {
      if ((flags & NLM_F_CREATE) === 0) {
        return ERRNO.ENOENT;
      }
      const isUse = (header.flags & NTF_USE) !== 0;
      const made = this.add(
        header.ifindex,
        destination,
        isUse ? NUD_INCOMPLETE : header.state,
        mac,
        protocol,
      );
      if (isUse) {
        this.onUse(made);
      }
      return 0;
    }
    if ((flags & NLM_F_EXCL) !== 0) {
      return ERRNO.EEXIST;
    }
    present.protocol = protocol ?? present.protocol;
    // Without NLM_F_REPLACE another MAC is ignored, and the request succeeds.
    if (present.mac === undefined || present.mac === mac || (flags & NLM_F_REPLACE) !== 0) {
      present.mac = mac ?? present.mac;
      present.state = header.state;
    }
    return 0;
  }

  #removeNeighbour({ header, attributes: { destination } }: Decoded): number {
    return this.neighbours.delete(`${header.ifindex} ${destination}`) ? 0 : ERRNO.ENOENT;
  }

  #setForwarding(flags: number, { header, attributes }: Decoded): number {
    const { linkLayerAddress: mac, destination: endpoint } = attributes;
    const lasting = (header.state & (NUD_PERMANENT | NUD_REACHABLE)) !== 0;
    if (typeof mac !== 'string' || typeof endpoint !== 'number' || !lasting) {
      return ERRNO.EINVAL;
    }
    const present = this.forwarding.has(`${header.ifindex} ${mac}`);
    if (present ? (flags & NLM_F_EXCL) !== 0 : (flags & NLM_F_CREATE) === 0) {
      return present ? ERRNO.EEXIST : ERRNO.ENOENT;
    }
    const { ifindex, state } = header;
    this.forwarding.set(`${ifindex} ${mac}`, { ifindex, mac, endpoint, state });
    return 0;
  }

  #removeForwarding({ header, attributes }: Decoded): number {
    const key = `${header.ifindex} ${attributes.linkLayerAddress}`;
    const present = this.forwarding.get(key);
    const { destination } = attributes;
    if (present === undefined || (destination !== undefined && destination !== present.endpoint)) {
      return ERRNO.ENOENT;
    }
    this.forwarding.delete(key);
    return 0;
  }
}

function reportNeighbour({ ifindex, destination, mac, state, protocol }: FakeNeighbour): Request {
  return neighbourMessage.request(
    RTM_NEWNEIGH,
    NLM_F_MULTI,
    { family: AF_INET, ifindex, state, type: 1 },
    {
      destination,
      ...(mac === undefined ? {} : { linkLayerAddress: mac }),
      probes: 0,
      ...(protocol === 0 ? {} : { protocol }),
    },
  );
}

function reportForwarding(
  { ifindex, mac, endpoint, state }: FakeForwarding,
  unusedHundredths: number,
): Request {
  return neighbourMessage.request(
    RTM_NEWNEIGH,
    NLM_F_MULTI,
    { family: AF_BRIDGE, ifindex, state, flags: NTF_SELF },
    {
      linkLayerAddress: mac,
      destination: endpoint,
      cacheInfo: new Uint8Array(Uint32Array.of(0, unusedHundredths, 0, 0).buffer),
    },
  );
}
