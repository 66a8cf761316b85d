import type { Ipv4 } from '../../src/net/ipv4.ts';
import {
  AF_BRIDGE,
  AF_INET,
  NFNL_SUBSYS_NFTABLES,
  NFT_MSG_GETCHAIN,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_NOOP,
  NTF_SELF,
  NUD_INCOMPLETE,
  NUD_PERMANENT,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETNEIGHTBL,
  RTM_GETNETCONF,
  RTM_GETROUTE,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTM_SETNEIGHTBL,
} from '../../src/netlink/constants.ts';
import { encodeMessage, type Frame, type Request, splitDatagram } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { FakeAddressTable, FakeRouteTable } from './fake-address-table.ts';
import { ERRNO, FakeLinkTable } from './fake-link-table.ts';
import { type FakeForwarding, type FakeNeighbour, FakeNeighbourTable } from './fake-neighbour-table.ts';
import { acknowledgement, dumpDatagrams } from './fake-replies.ts';
import { FakeSettings } from './fake-settings.ts';
import { FakeSocket } from './fake-socket.ts';

/**
 * A kernel in memory: what src/kernel asks for is done to its tables, with the answers and refusals of the real one.
 * The contract in kernel-contract.ts holds the two together.
 */
export class FakeKernel {
  readonly links = new FakeLinkTable();
  readonly neighbours = new FakeNeighbourTable(this.links);
  readonly addresses = new FakeAddressTable(this.links);
  readonly routes = new FakeRouteTable(this.links);
  readonly settings = new FakeSettings(this.links);
  /** Every request that came, dumps among them, in order. */
  readonly requests: Frame[] = [];
  /** How many of the next dumps are marked as interrupted. */
  interruptedDumps = 0;
  /** Words beside the errno of refusals (NETLINK_EXT_ACK). */
  words: string | undefined;
  /** Puts a message that answers nothing before every answer. */
  chatter = false;
  /** Called with each dump: the real one takes its time. */
  onDump: () => void = () => undefined;
  readonly #refusals: { type: number; errno: number; skip: number }[] = [];

  open(): FakeSocket {
    return new FakeSocket((socket, datagram) => this.#receive(socket, datagram));
  }

  /** Refuses one of the next requests of that type: the first, or the one after `skip` others. */
  refuse(type: number, errno: number, skip = 0): void {
    this.#refusals.push({ type, errno, skip });
  }

  /** A packet to an address that the device's neighbours do not have: it waits, and the socket is asked. */
  miss(socket: FakeSocket, ifindex: number, destination: Ipv4): FakeNeighbour {
    const neighbour =
      this.neighbours.get(ifindex, destination) ?? this.neighbours.add(ifindex, destination, NUD_INCOMPLETE);
    this.ask(socket, neighbour);
    return neighbour;
  }

  /** RTM_GETNEIGH about an entry in its state. */
  ask(socket: FakeSocket, { ifindex, destination, mac, state, protocol }: FakeNeighbour): void {
    const question = neighbourMessage.request(
      RTM_GETNEIGH,
      0,
      { family: AF_INET, ifindex, state },
      {
        destination,
        ...(mac === undefined ? {} : { linkLayerAddress: mac }),
        ...(protocol === 0 ? {} : { protocol }),
      },
    );
    socket.push(encodeMessage(question, 0, NLM_F_REQUEST));
  }

  /** Says that somebody else wrote a neighbour, as it is now: RTM_NEWNEIGH with that one's port. */
  tellOfNeighbour(socket: FakeSocket, { ifindex, destination, mac, state }: FakeNeighbour): void {
    const linkLayerAddress = mac === undefined ? {} : { linkLayerAddress: mac };
    const notice = neighbourMessage.request(
      RTM_NEWNEIGH,
      0,
      { family: AF_INET, ifindex, state },
      { destination, ...linkLayerAddress },
    );
    const message = encodeMessage(notice, 0, 0);
    message.writeUInt32LE(SOMEBODY, NLMSG_PID_AT);
    socket.push(message);
  }

  /** Says that a forwarding entry was written, or removed, by nobody in particular: the vxlan driver names nobody. */
  tellOfForwarding(
    socket: FakeSocket,
    { ifindex, mac, endpoint }: FakeForwarding,
    type = RTM_NEWNEIGH,
  ): void {
    const header = { family: AF_BRIDGE, ifindex, state: NUD_PERMANENT, flags: NTF_SELF };
    const notice = neighbourMessage.request(type, 0, header, {
      linkLayerAddress: mac,
      destination: endpoint,
    });
    socket.push(encodeMessage(notice, 0, 0));
  }

  #receive(socket: FakeSocket, datagram: Buffer): void {
    for (const frame of splitDatagram(datagram)) {
      this.requests.push({ ...frame, payload: Buffer.from(frame.payload) });
      if (this.chatter) {
        socket.push(acknowledgement({ ...frame, sequence: frame.sequence + 7777 }, 0));
      }
      const errno = this.#refusal(frame.type);
      const isDump = (frame.flags & NLM_F_DUMP) === NLM_F_DUMP && isQuestion(frame.type);
      if (isDump && errno === 0) {
        this.#dump(socket, frame);
      } else if ((frame.type === RTM_GETROUTE || frame.type === RTM_GETNEIGH) && errno === 0) {
        this.#find(socket, frame);
      } else {
        this.#answer(socket, frame, errno === 0 ? this.#change(frame) : errno);
      }
    }
  }

  #answer(socket: FakeSocket, frame: Frame, errno: number): void {
    if (errno !== 0 || (frame.flags & NLM_F_ACK) !== 0) {
      socket.push(acknowledgement(frame, errno, errno === 0 ? undefined : this.words, socket.capped));
    }
  }

  /** One route or one entry. */
  #find(socket: FakeSocket, frame: Frame): void {
    const [found, missing] =
      frame.type === RTM_GETROUTE
        ? [this.routes.find(frame.payload), ERRNO.ENETUNREACH]
        : [this.neighbours.find(frame.payload), ERRNO.ENOENT];
    if (found !== undefined) {
      socket.push(encodeMessage(found, frame.sequence));
    }
    this.#answer(socket, frame, found === undefined ? missing : 0);
  }

  #dump(socket: FakeSocket, frame: Frame): void {
    this.onDump();
    const interrupted = this.interruptedDumps > 0;
    this.interruptedDumps -= interrupted ? 1 : 0;
    for (const datagram of dumpDatagrams(this.#dumped(frame), frame.sequence, interrupted)) {
      socket.push(datagram);
    }
  }

  #refusal(type: number): number {
    const at = this.#refusals.findIndex((one) => one.type === type);
    const refusal = this.#refusals[at];
    if (refusal === undefined || refusal.skip-- > 0) {
      return 0;
    }
    this.#refusals.splice(at, 1);
    return refusal.errno;
  }

  #change(frame: Frame): number {
    switch (frame.type) {
      case NLMSG_NOOP:
        return 0;
      case RTM_NEWLINK:
      case RTM_DELLINK:
        return this.#changeLink(frame);
      case RTM_NEWADDR:
      case RTM_DELADDR:
        return this.addresses.change(frame);
      case RTM_NEWROUTE:
      case RTM_DELROUTE:
        return this.routes.change(frame);
      case RTM_NEWNEIGH:
      case RTM_DELNEIGH:
        return this.neighbours.change(frame);
      case RTM_SETNEIGHTBL:
        return this.settings.changeParameters(frame);
      default:
        return ERRNO.EOPNOTSUPP;
    }
  }

  /** What belonged to an interface goes with it. */
  #changeLink(frame: Frame): number {
    const before = [...this.links.links.keys()];
    const errno = this.links.change(frame);
    for (const ifindex of before.filter((one) => !this.links.links.has(one))) {
      this.neighbours.removeDevice(ifindex);
      this.addresses.removeDevice(ifindex);
      this.routes.removeDevice(ifindex);
    }
    return errno;
  }

  #dumped({ type, payload }: Frame): Request[] {
    switch (type) {
      case RTM_GETLINK:
        return this.links.dump();
      case RTM_GETADDR:
        return this.addresses.dump();
      case RTM_GETROUTE:
        return this.routes.dump(payload);
      case RTM_GETNEIGH:
        return this.neighbours.dump(payload);
      case RTM_GETNEIGHTBL:
        return this.settings.dumpParameters();
      case RTM_GETNETCONF:
        return this.settings.dumpNetconf();
      default:
        return this.settings.dumpChains();
    }
  }
}

/** The netlink port of another program, and where a message says it (struct nlmsghdr, linux/netlink.h). */
const SOMEBODY = 4711;
const NLMSG_PID_AT = 12;

const QUESTIONS = new Set([
  RTM_GETLINK,
  RTM_GETADDR,
  RTM_GETROUTE,
  RTM_GETNEIGH,
  RTM_GETNEIGHTBL,
  RTM_GETNETCONF,
  (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETCHAIN,
]);

/** NLM_F_DUMP is two bits that mean NLM_F_REPLACE and NLM_F_EXCL in requests that change something. */
function isQuestion(type: number): boolean {
  return QUESTIONS.has(type);
}
