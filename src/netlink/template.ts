import { type Ipv4, writeIpv4 } from '../net/ipv4.ts';
import { type Mac, macFromBytes, writeMac } from '../net/mac.ts';
import { encodeMessage, messageHeader, type Request } from './message.ts';

/** A message that is made once and copied for each entry, with only its address (and MAC) put in. */
export interface Template {
  readonly type: number;
  readonly flags: number;
  /** The whole message, nlmsghdr included. */
  readonly bytes: Buffer;
  /** The same without nlmsghdr. */
  readonly payload: Buffer;
  /** Where the address stands in `bytes`; -1 in a message without one. */
  readonly addressAt: number;
  /** Whether it has a sequence number. */
  readonly isNumbered: boolean;
  /** Where the MAC stands; -1 in a message without one. */
  readonly macAt: number;
}

const MAC_BYTES = 6;

/** Stand for the two places while a template is made; every byte differs, so that each place is found. */
export const PLACE_ADDRESS: Ipv4 = 0x01234567;
const PLACE_MAC_BYTES = Uint8Array.of(0x02, 0x89, 0xab, 0xcd, 0xef, 0x10);
export const PLACE_MAC = macFromBytes(PLACE_MAC_BYTES);

/** A template of a request that was made with PLACE_ADDRESS where it has an address, PLACE_MAC where it has a MAC. */
export function template(request: Request, flags = 0, sequence = 0): Template {
  const bytes = encodeMessage(request, sequence, flags);
  const place = Buffer.alloc(4);
  place.writeUInt32BE(PLACE_ADDRESS);
  return {
    type: request.type,
    flags: request.flags,
    bytes,
    isNumbered: sequence !== 0,
    payload: bytes.subarray(messageHeader.bytes),
    // From the end, because an interface number before the attributes may have the same bytes.
    addressAt: bytes.lastIndexOf(place),
    macAt: bytes.lastIndexOf(PLACE_MAC_BYTES),
  };
}

/** Puts an address and a MAC, where there is one, into the copy of a template that begins at `at`. */
export function fill(
  buffer: Buffer,
  at: number,
  { addressAt, macAt }: Template,
  address: Ipv4,
  mac: Mac | Uint8Array | undefined,
): void {
  if (addressAt >= 0) {
    writeIpv4(address, buffer, at + addressAt);
  }
  if (typeof mac === 'string') {
    writeMac(mac, buffer, at + macAt);
  } else if (mac !== undefined) {
    for (let index = 0; index < MAC_BYTES; index++) {
      buffer[at + macAt + index] = mac[index] ?? 0;
    }
  }
}

/**
 * A request that is a filled copy of a template: it takes a tenth of the time that encoding takes. One object serves
 * thousands of requests, filled anew for each.
 */
export class FilledRequest implements Request {
  readonly type: number;
  readonly flags: number;
  readonly size: number;
  readonly #from: Template;
  #address: Ipv4 = 0;
  #mac: Mac | Uint8Array | undefined = undefined;

  constructor(from: Template) {
    this.type = from.type;
    this.flags = from.flags;
    this.size = from.payload.length;
    this.#from = from;
  }

  /** Puts the address in, and the MAC where there is one; what was in before is no longer. */
  with(address: Ipv4, mac?: Mac | Uint8Array): this {
    this.#address = address;
    this.#mac = mac;
    return this;
  }

  write(buffer: Buffer, offset: number): void {
    buffer.set(this.#from.payload, offset);
    fill(buffer, offset - messageHeader.bytes, this.#from, this.#address, this.#mac);
  }
}
