import type { ForwardingNotice } from '../kernel/forwarding.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { readMac } from '../net/mac.ts';
import {
  AF_BRIDGE,
  AF_INET,
  NDA_DST,
  NDA_LLADDR,
  NDA_PROTOCOL,
  NLMSG_ERROR,
  NUD_STALE,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
} from '../netlink/constants.ts';
import { align, messageMemory } from '../netlink/message.ts';

/** As much as a miss ever is, with room for attributes that later kernels may add. */
const RECEIVE_BYTES = 4096;

/** Offsets from the message's begin: nlmsghdr is 16 bytes, ndmsg behind it 12. */
const TYPE_AT = 4;
const SEQUENCE_AT = 8;
const FAMILY_AT = 16;
const ERROR_AT = 16;
const STATE_AT = 24;
const ATTRIBUTES_AT = 28;
/** Of the request within NLMSG_ERROR. */
const REFUSED_AT = 20;

/** What a datagram on the miss socket can be. */
export const MISS = 1;
export const REFUSAL = 2;
export const ACKNOWLEDGED = 3;
export const OTHER = 4;
export const MALFORMED = 5;
/** Somebody else than the agent wrote a neighbour. */
export const NEIGHBOUR_WRITTEN = 6;
/** Somebody wrote a forwarding entry. */
export const FORWARDING_WRITTEN = 7;

/**
 * Receives messages of the miss socket and reads them in place, through typed arrays, which need no call for each number.
 * One object serves all of them and its fields are those of the message
 * last read, because this stands on the path of a miss, which allocates nothing. The neighbour codec decodes the same
 * bytes to the same values; a property test holds the two together.
 */
export class MissMessage {
  /** Its nlmsg_type. */
  type = 0;
  /** Of a miss, or what somebody wrote: the address, signed (see `Ipv4`). */
  destination: Ipv4 = 0;
  /** Of a miss: NUD_INCOMPLETE or NUD_PROBE; of what somebody wrote: any state. */
  state = 0;
  /** Of a miss: whose entry it is (NDA_PROTOCOL), 0 when nobody said. */
  protocol = 0;
  /** Of a refusal: the errno, positive. */
  errno = 0;
  /** Of a refusal: the address whose neighbour was to be installed or removed; undefined when it was something else. */
  refused: Ipv4 | undefined;
  /** Of a refusal or acknowledgement: which of our messages it answers. */
  sequence = 0;
  /** Where datagrams are to be received. */
  readonly datagram: Buffer;
  readonly #halves: Uint16Array;
  readonly #words: Uint32Array;
  #hasDestination = false;
  /** Where its MAC is; 0: nowhere. */
  #macAt = 0;

  constructor() {
    const { bytes, words } = messageMemory(RECEIVE_BYTES);
    this.datagram = bytes;
    this.#words = words;
    this.#halves = new Uint16Array(words.buffer);
  }

  /** Reads the first message of the datagram, of which `length` bytes were received, and says which kind it is. */
  read(length: number): number {
    const end = this.#words[0] ?? 0;
    if (length < 20 || end < 20 || end > length) {
      return MALFORMED;
    }
    this.type = this.#halves[TYPE_AT >> 1] ?? 0;
    switch (this.type) {
      case RTM_GETNEIGH:
        return this.#readNeighbour(end, MISS);
      case NLMSG_ERROR:
        this.sequence = this.#words[SEQUENCE_AT >> 2] ?? 0;
        this.errno = -((this.#words[ERROR_AT >> 2] ?? 0) | 0);
        this.refused = this.errno === 0 ? undefined : this.#refusedNeighbour(end);
        return this.errno === 0 ? ACKNOWLEDGED : REFUSAL;
      case RTM_NEWNEIGH:
      case RTM_DELNEIGH:
        return this.datagram[FAMILY_AT] === AF_BRIDGE
          ? this.#readForwarding(end)
          : this.#readNeighbour(end, NEIGHBOUR_WRITTEN);
      default:
        return OTHER;
    }
  }

  /** The forwarding entry that somebody wrote. */
  get notice(): ForwardingNotice {
    return {
      mac: this.#macAt === 0 ? undefined : readMac(this.datagram, this.#macAt),
      endpoint: this.#hasDestination ? this.destination >>> 0 : undefined,
      isRemoval: this.type === RTM_DELNEIGH,
    };
  }

  /** Of a refusal: the nlmsg_type of the request; undefined when the kernel did not carry it along. */
  refusedType(length: number): number | undefined {
    return length < REFUSED_AT + FAMILY_AT ? undefined : this.#halves[(REFUSED_AT + TYPE_AT) >> 1];
  }

  /** What is behind the header of that request, in a datagram of `length` bytes; valid until the next one is received. */
  refusedPayload(length: number): Buffer {
    const end = Math.min(length, REFUSED_AT + (this.#words[REFUSED_AT >> 2] ?? 0));
    return this.datagram.subarray(REFUSED_AT + FAMILY_AT, end);
  }

  /** NLMSG_ERROR carries the request that it refuses; its first attribute is NDA_DST, because ours are made so. */
  #refusedNeighbour(end: number): Ipv4 | undefined {
    const { datagram } = this;
    const halves = this.#halves;
    const type = halves[(REFUSED_AT + TYPE_AT) >> 1];
    const isNeighbour =
      end >= REFUSED_AT + ATTRIBUTES_AT + 8 &&
      (type === RTM_NEWNEIGH || type === RTM_DELNEIGH) &&
      datagram[REFUSED_AT + FAMILY_AT] === AF_INET &&
      halves[(REFUSED_AT + STATE_AT) >> 1] !== NUD_STALE &&
      halves[((REFUSED_AT + ATTRIBUTES_AT) >> 1) + 1] === NDA_DST;
    return isNeighbour ? addressAt(datagram, REFUSED_AT + ATTRIBUTES_AT + 4) : undefined;
  }

  /** Returns `kind` for a whole message. */
  #readNeighbour(end: number, kind: number): number {
    if (this.datagram[FAMILY_AT] !== AF_INET) {
      return end < ATTRIBUTES_AT ? MALFORMED : OTHER;
    }
    this.state = this.#halves[STATE_AT >> 1] ?? 0;
    return this.#readEntry(end) && this.#hasDestination ? kind : MALFORMED;
  }

  #readForwarding(end: number): number {
    return this.#readEntry(end) ? FORWARDING_WRITTEN : MALFORMED;
  }

  /** Returns whether the message is whole. */
  #readEntry(end: number): boolean {
    const { datagram } = this;
    const halves = this.#halves;
    this.protocol = 0;
    this.#hasDestination = false;
    this.#macAt = 0;
    for (let at = ATTRIBUTES_AT; end - at >= 4; ) {
      const size = halves[at >> 1] ?? 0;
      if (size < 4 || at + size > end) {
        return false;
      }
      const type = halves[(at >> 1) + 1];
      if (type === NDA_DST && size === 8) {
        this.destination = addressAt(datagram, at + 4);
        this.#hasDestination = true;
      } else if (type === NDA_LLADDR && size === 10) {
        this.#macAt = at + 4;
      } else if (type === NDA_PROTOCOL && size === 5) {
        this.protocol = datagram[at + 4] ?? 0;
      }
      at += align(size);
    }
    return end >= ATTRIBUTES_AT;
  }
}

/** Four bytes in network order, as a signed number. */
function addressAt(bytes: Buffer, at: number): Ipv4 {
  const upper = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const lower = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  return (upper << 16) | lower;
}
