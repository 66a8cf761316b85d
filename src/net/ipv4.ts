import ipaddr from 'ipaddr.js';
import { AddressFault } from './address-fault.ts';

/**
 * An IPv4 address as an unsigned 32-bit number in host order: 10.0.0.1 is 0x0a000001. On the path of a miss the same 32
 * bits stand as a signed number, because V8 allocates one above 2^31 whenever it is passed on; what is called there
 * takes both.
 */
export type Ipv4 = number;

/**
 * Parses a dotted quad of four decimal parts; shorter and hexadecimal forms, which inet_aton takes, are refused.
 *
 * @throws AddressFault naming `thing`
 */
export function parseIpv4(text: string, thing = 'address'): Ipv4 {
  if (!isIpv4(text)) {
    throw new AddressFault(thing, JSON.stringify(text), 'an IPv4 address such as 10.5.7.1');
  }
  return ipv4FromBytes(ipaddr.IPv4.parse(text).toByteArray());
}

/** Tells whether the text is a dotted quad of four decimal parts without leading zeroes. */
export function isIpv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) && !/(^|\.)0\d/.test(text);
}

export function formatIpv4(address: Ipv4): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/** Reads four bytes in network order; missing ones count as zero. */
export function ipv4FromBytes(bytes: ArrayLike<number>): Ipv4 {
  const [a, b, c, d] = [bytes[0] ?? 0, bytes[1] ?? 0, bytes[2] ?? 0, bytes[3] ?? 0];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** Four bytes in network order. */
export function ipv4ToBytes(address: Ipv4): Uint8Array {
  const bytes = new Uint8Array(4);
  writeIpv4(address, bytes, 0);
  return bytes;
}

/**
 * Writes four bytes in network order at `at`. Byte by byte: Buffer's own methods check more than they write, and thousands
 * are written by code that is not compiled yet.
 */
export function writeIpv4(address: Ipv4, bytes: Uint8Array, at: number): void {
  bytes[at] = address >>> 24;
  bytes[at + 1] = address >>> 16;
  bytes[at + 2] = address >>> 8;
  bytes[at + 3] = address;
}

/** Tells whether the address can be a host's own: not unspecified, loopback, multicast, reserved or broadcast. */
export function isHostAddress(address: Ipv4): boolean {
  const first = address >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}
