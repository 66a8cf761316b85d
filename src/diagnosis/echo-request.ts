import { type Ipv4, ipv4FromBytes, ipv4ToBytes } from '../net/ipv4.ts';
import { type Mac, macToBytes } from '../net/mac.ts';
import { ETH_P_IP, IPPROTO_ICMP } from '../netlink/constants.ts';

/** Ethernet 14, IPv4 without options 20, ICMP echo 8 (RFC 791, RFC 792). */
const IP_AT = 14;
const ICMP_AT = 34;
const IDENTIFIER_AT = 38;
const SEQUENCE_AT = 40;
const DATA_AT = 42;
const SOURCE_AT = 26;

const DO_NOT_FRAGMENT = 0x4000;
const TTL = 64;
const ECHO_REQUEST = 8;

export interface EchoRequest {
  readonly source: Ipv4;
  readonly sourceMac: Mac;
  readonly destination: Ipv4;
  readonly destinationMac: Mac;
  /** 16 bits, by which the replies are told from those to others. */
  readonly identifier: number;
  /** 16 bits. */
  readonly sequence: number;
  /** Of the IP packet: 28 at least. */
  readonly bytes: number;
}

/** An Ethernet frame with an echo request that may not be cut in two. */
export function echoRequest(request: EchoRequest): Buffer {
  const frame = Buffer.alloc(IP_AT + request.bytes);
  frame.set(macToBytes(request.destinationMac), 0);
  frame.set(macToBytes(request.sourceMac), 6);
  frame.writeUInt16BE(ETH_P_IP, 12);
  // Version 4 and five words of header.
  frame.writeUInt8(0x45, IP_AT);
  frame.writeUInt16BE(request.bytes, IP_AT + 2);
  frame.writeUInt16BE(DO_NOT_FRAGMENT, IP_AT + 6);
  frame.writeUInt8(TTL, IP_AT + 8);
  frame.writeUInt8(IPPROTO_ICMP, IP_AT + 9);
  frame.set(ipv4ToBytes(request.source), SOURCE_AT);
  frame.set(ipv4ToBytes(request.destination), SOURCE_AT + 4);
  frame.writeUInt16BE(checksum(frame.subarray(IP_AT, ICMP_AT)), IP_AT + 10);
  frame.writeUInt8(ECHO_REQUEST, ICMP_AT);
  frame.writeUInt16BE(request.identifier, IDENTIFIER_AT);
  frame.writeUInt16BE(request.sequence, SEQUENCE_AT);
  frame.writeUInt16BE(checksum(frame.subarray(ICMP_AT)), ICMP_AT + 2);
  return frame;
}

/** Whom an echo reply is from, and to which request. */
export interface EchoReply {
  readonly source: Ipv4;
  readonly identifier: number;
  readonly sequence: number;
}

/** Reads an Ethernet frame with an echo reply; undefined when it is too short for one. */
export function readEchoReply(frame: Buffer): EchoReply | undefined {
  return frame.length < DATA_AT
    ? undefined
    : {
        source: ipv4FromBytes(frame.subarray(SOURCE_AT, SOURCE_AT + 4)),
        identifier: frame.readUInt16BE(IDENTIFIER_AT),
        sequence: frame.readUInt16BE(SEQUENCE_AT),
      };
}

/** The Internet checksum (RFC 1071), of bytes in which its own place is 0. */
export function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return ~sum & 0xffff;
}
