import { type Ipv4, ipv4ToBytes } from '../../net/ipv4.ts';
import { type Mac, macToBytes } from '../../net/mac.ts';

/** Where an echo request comes from and which way it takes. */
export interface Route {
  readonly source: Ipv4;
  readonly sourceMac: Mac;
  readonly gatewayMac: Mac;
}

/** Bytes of the whole frame: Ethernet 14, IPv4 20, ICMP 8, and 4 of our own. */
const FRAME_BYTES = 46;
const IP_AT = 14;
const IP_CHECKSUM_AT = 24;
const DESTINATION_AT = 30;
const ICMP_AT = 34;
const ICMP_CHECKSUM_AT = 36;
const RUN_AT = 38;
const SEQUENCE_AT = 40;
const NUMBER_AT = 42;

const ETHERTYPE_IPV4 = 0x0800;
const DO_NOT_FRAGMENT = 0x4000;
const ECHO_REQUEST = 0x0800;
const TTL_AND_ICMP = 0x4001;

/** What does not belong to the present run. */
export const FOREIGN = -1;

/**
 * Makes echo requests and reads their replies. A request carries the number of its run, so that late replies to an earlier
 * one are told apart, and a number of its own. There is one buffer, and all checksums but two sums are made beforehand.
 */
export class EchoFrames {
  readonly #frame = new Uint8Array(FRAME_BYTES);
  readonly #view = new DataView(this.#frame.buffer);
  readonly #ipSum: number;
  #run = 0;

  constructor({ source, sourceMac, gatewayMac }: Route) {
    this.#frame.set(macToBytes(gatewayMac), 0);
    this.#frame.set(macToBytes(sourceMac), 6);
    this.#view.setUint16(12, ETHERTYPE_IPV4);
    this.#view.setUint16(IP_AT, 0x4500);
    this.#view.setUint16(IP_AT + 2, FRAME_BYTES - IP_AT);
    this.#view.setUint16(IP_AT + 6, DO_NOT_FRAGMENT);
    this.#view.setUint16(IP_AT + 8, TTL_AND_ICMP);
    this.#frame.set(ipv4ToBytes(source), IP_AT + 12);
    this.#view.setUint16(ICMP_AT, ECHO_REQUEST);
    this.#ipSum = this.#sum(IP_AT, ICMP_AT);
  }

  /** Begins another run: replies to what was sent before are foreign from now on. */
  nextRun(): void {
    this.#run = (this.#run % 0xffff) + 1;
    this.#view.setUint16(RUN_AT, this.#run);
  }

  /** The request with this number (32 bits); the frame is the same buffer each time. */
  request(destination: Ipv4, number: number): Uint8Array {
    const [high, low] = [destination >>> 16, destination & 0xffff];
    this.#view.setUint32(DESTINATION_AT, destination);
    this.#view.setUint16(IP_CHECKSUM_AT, checksum(this.#ipSum + high + low));
    const sequence = number & 0xffff;
    this.#view.setUint16(SEQUENCE_AT, sequence);
    this.#view.setUint32(NUMBER_AT, number);
    const sum = ECHO_REQUEST + this.#run + sequence + (number >>> 16) + sequence;
    this.#view.setUint16(ICMP_CHECKSUM_AT, checksum(sum));
    return this.#frame;
  }

  /** The number of the request that a frame of `length` bytes is the reply to; FOREIGN when it is of another run. */
  numberOf(frame: DataView, length: number): number {
    return length >= FRAME_BYTES && frame.getUint16(RUN_AT) === this.#run
      ? frame.getUint32(NUMBER_AT)
      : FOREIGN;
  }

  #sum(from: number, to: number): number {
    let sum = 0;
    for (let at = from; at < to; at += 2) {
      sum += this.#view.getUint16(at);
    }
    return sum;
  }
}

/** The Internet checksum of a sum of 16-bit words (RFC 1071). */
function checksum(sum: number): number {
  const folded = (sum >>> 16) + (sum & 0xffff);
  return ~(folded + (folded >>> 16)) & 0xffff;
}
