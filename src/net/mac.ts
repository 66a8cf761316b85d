import { randomBytes } from 'node:crypto';
import { AddressFault } from './address-fault.ts';

/** A MAC address as lower-case pairs with colons, the form that flannel writes: `76:24:ad:f5:81:0a`. */
export type Mac = string & { readonly __mac: unique symbol };

/**
 * Parses six pairs of hexadecimal digits with colons, in either case.
 *
 * @throws AddressFault naming `thing`
 */
export function parseMac(text: string, thing = 'MAC address'): Mac {
  if (!isMacText(text)) {
    throw new AddressFault(thing, JSON.stringify(text), 'a MAC address such as 76:24:ad:f5:81:0a');
  }
  return text.toLowerCase() as Mac;
}

function isMacText(text: string): text is Mac {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text);
}

/**
 * Reads six bytes.
 *
 * @throws AddressFault when there are not six
 */
export function macFromBytes(bytes: Uint8Array): Mac {
  if (bytes.length !== 6) {
    throw new AddressFault('MAC address', `${bytes.length} bytes`, '6 bytes');
  }
  return readMac(bytes, 0);
}

/** The two hexadecimal digits of each byte. */
const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Reads the six bytes at `at`, which have to be there; makes nothing but the text. */
export function readMac(bytes: Uint8Array, at: number): Mac {
  let text = PAIRS[bytes[at] ?? 0] ?? '';
  for (let index = at + 1; index < at + 6; index++) {
    text += `:${PAIRS[bytes[index] ?? 0]}`;
  }
  return text as Mac;
}

/** Six bytes in a buffer of their own: thousands are kept, and one of Node's shared buffers would be kept with each. */
export function macToBytes(mac: Mac): Uint8Array {
  const bytes = new Uint8Array(6);
  writeMac(mac, bytes, 0);
  return bytes;
}

/** What a hexadecimal digit is worth, by its character code. */
const DIGITS = Uint8Array.from(
  { length: 128 },
  (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0,
);

/** Writes the six bytes at `at`, without making anything. */
export function writeMac(mac: Mac, bytes: Uint8Array, at: number): void {
  for (let index = 0; index < 6; index++) {
    const high = DIGITS[mac.charCodeAt(index * 3)] ?? 0;
    const low = DIGITS[mac.charCodeAt(index * 3 + 1)] ?? 0;
    bytes[at + index] = (high << 4) | low;
  }
}

/** Tells whether a device can carry the MAC: not zero, and the group bit of its first byte clear (IEEE 802). */
export function isUnicastMac(mac: Mac): boolean {
  const bytes = macToBytes(mac);
  return ((bytes[0] ?? 1) & 1) === 0 && bytes.some((byte) => byte !== 0);
}

/** A random MAC with the local bit set and the group bit clear (IEEE 802), so that it collides with no vendor's. */
export function randomMac(): Mac {
  const bytes = randomBytes(6);
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return macFromBytes(bytes);
}

/** The first four bytes of a MAC. */
export function highOf(mac: Uint8Array): number {
  return ((mac[0] ?? 0) << 24) | ((mac[1] ?? 0) << 16) | ((mac[2] ?? 0) << 8) | (mac[3] ?? 0);
}

/** The other two. */
export function lowOf(mac: Uint8Array): number {
  return ((mac[4] ?? 0) << 8) | (mac[5] ?? 0);
}
