import { endianness } from 'node:os';
import type { Ipv4 } from '../net/ipv4.ts';
import { AF_INET, NDA_DST, NDA_PROTOCOL, NLMSG_ERROR, RTM_GETNEIGH } from '../netlink/constants.ts';
import { align } from '../netlink/message.ts';

const LITTLE = endianness() === 'LE';

/** Offsets from the message's begin: nlmsghdr is 16 bytes, ndmsg behind it 12. */
const TYPE_AT = 4;
const SEQUENCE_AT = 8;
const FAMILY_AT = 16;
const ERROR_AT = 16;
const STATE_AT = 24;
const ATTRIBUTES_AT = 28;

/** What a datagram on the miss socket can be. */
export const MISS = 1;
export const REFUSAL = 2;
export const ACKNOWLEDGED = 3;
export const OTHER = 4;
export const MALFORMED = 5;

/**
 * Reads messages of the miss socket in place. One object serves all of them and its fields are those of the message
 * last read, because this stands on the path of a miss, which allocates nothing. The neighbour codec decodes the same
 * bytes to the same values; a property test holds the two together.
 */
export class MissMessage {
  /** Of a miss: the address that is asked for. */
  destination: Ipv4 = 0;
  /** Of a miss: NUD_INCOMPLETE or NUD_PROBE. */
  state = 0;
  /** Of a miss: whose entry it is (NDA_PROTOCOL), 0 when nobody said. */
  protocol = 0;
  /** Of a refusal: the errno, positive. */
  errno = 0;
  /** Of a refusal or acknowledgement: which of our messages it answers. */
  sequence = 0;

  /** Reads the first message of the datagram and says which kind it is. */
  read(datagram: Buffer, length: number): number {
    if (length < 20 || u32(datagram, 0) < 20 || u32(datagram, 0) > length) {
      return MALFORMED;
    }
    switch (u16(datagram, TYPE_AT)) {
      case RTM_GETNEIGH:
        return this.#readMiss(datagram, u32(datagram, 0));
      case NLMSG_ERROR:
        this.sequence = u32(datagram, SEQUENCE_AT);
        this.errno = -(u32(datagram, ERROR_AT) | 0);
        return this.errno === 0 ? ACKNOWLEDGED : REFUSAL;
      default:
        return OTHER;
    }
  }

  #readMiss(datagram: Buffer, end: number): number {
    if (end < ATTRIBUTES_AT) {
      return MALFORMED;
    }
    if (datagram[FAMILY_AT] !== AF_INET) {
      return OTHER;
    }
    this.state = u16(datagram, STATE_AT);
    this.protocol = 0;
    let found = MALFORMED;
    for (let at = ATTRIBUTES_AT; end - at >= 4; ) {
      const size = u16(datagram, at);
      if (size < 4 || at + size > end) {
        return MALFORMED;
      }
      const type = u16(datagram, at + 2);
      if (type === NDA_DST && size === 8) {
        this.destination = datagram.readUInt32BE(at + 4);
        found = MISS;
      } else if (type === NDA_PROTOCOL && size === 5) {
        this.protocol = datagram[at + 4] ?? 0;
      }
      at += align(size);
    }
    return found;
  }
}

function u16(buffer: Buffer, at: number): number {
  return LITTLE ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at);
}

function u32(buffer: Buffer, at: number): number {
  return LITTLE ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at);
}
