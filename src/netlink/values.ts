import { endianness } from 'node:os';
import { type Ipv4, ipv4FromBytes, ipv4ToBytes } from '../net/ipv4.ts';
import { type Mac, macToBytes, readMac } from '../net/mac.ts';
import { MalformedFault } from './malformed-fault.ts';

/**
 * How one value stands in a buffer. `write` fills exactly `size(value)` bytes, `read` consumes exactly `length` and
 * throws MalformedFault when they cannot be such a value.
 */
export interface ValueCodec<T> {
  size(value: T): number;
  write(buffer: Buffer, offset: number, value: T): void;
  read(buffer: Buffer, offset: number, length: number): T;
}

/** A codec whose values all have the same size; only these can stand in a struct. */
export interface FixedCodec<T> extends ValueCodec<T> {
  readonly bytes: number;
}

const LITTLE = endianness() === 'LE';

function fixed<T>(
  name: string,
  bytes: number,
  write: (buffer: Buffer, offset: number, value: T) => void,
  read: (buffer: Buffer, offset: number) => T,
): FixedCodec<T> {
  return {
    bytes,
    size: () => bytes,
    write,
    read(buffer, offset, length) {
      if (length !== bytes || offset + length > buffer.length) {
        throw new MalformedFault(name, `${length} bytes`, `${bytes} bytes`);
      }
      return read(buffer, offset);
    },
  };
}

export const u8 = fixed<number>(
  'u8',
  1,
  (buffer, offset, value) => buffer.writeUInt8(value, offset),
  (buffer, offset) => buffer.readUInt8(offset),
);

export const u16 = fixed<number>(
  'u16',
  2,
  (buffer, offset, value) =>
    LITTLE ? buffer.writeUInt16LE(value, offset) : buffer.writeUInt16BE(value, offset),
  (buffer, offset) => (LITTLE ? buffer.readUInt16LE(offset) : buffer.readUInt16BE(offset)),
);

/** Network order, as ports are: NDA_PORT, IFLA_VXLAN_PORT. */
export const u16be = fixed<number>(
  'u16be',
  2,
  (buffer, offset, value) => buffer.writeUInt16BE(value, offset),
  (buffer, offset) => buffer.readUInt16BE(offset),
);

export const u32 = fixed<number>(
  'u32',
  4,
  (buffer, offset, value) =>
    LITTLE ? buffer.writeUInt32LE(value, offset) : buffer.writeUInt32BE(value, offset),
  (buffer, offset) => (LITTLE ? buffer.readUInt32LE(offset) : buffer.readUInt32BE(offset)),
);

/** Network order, as all of nfnetlink's numbers are. */
export const u32be = fixed<number>(
  'u32be',
  4,
  (buffer, offset, value) => buffer.writeUInt32BE(value, offset),
  (buffer, offset) => buffer.readUInt32BE(offset),
);

export const i32 = fixed<number>(
  'i32',
  4,
  (buffer, offset, value) =>
    LITTLE ? buffer.writeInt32LE(value, offset) : buffer.writeInt32BE(value, offset),
  (buffer, offset) => (LITTLE ? buffer.readInt32LE(offset) : buffer.readInt32BE(offset)),
);

export const u64 = fixed<bigint>(
  'u64',
  8,
  (buffer, offset, value) =>
    LITTLE ? buffer.writeBigUInt64LE(value, offset) : buffer.writeBigUInt64BE(value, offset),
  (buffer, offset) => (LITTLE ? buffer.readBigUInt64LE(offset) : buffer.readBigUInt64BE(offset)),
);

/** What the kernel counts in 64 bits, as a number: exact up to 2^53. */
export const counter = fixed<number>(
  'counter',
  8,
  (buffer, offset, value) => u64.write(buffer, offset, BigInt(value)),
  (buffer, offset) => Number(u64.read(buffer, offset, 8)),
);

export const i32be = fixed<number>(
  'i32be',
  4,
  (buffer, offset, value) => buffer.writeInt32BE(value, offset),
  (buffer, offset) => buffer.readInt32BE(offset),
);

/** Bytes kept as they are, of any length. Reading copies, because receive buffers are used again. */
export const bytes: ValueCodec<Uint8Array> = {
  size: (value) => value.length,
  write: (buffer, offset, value) => buffer.set(value, offset),
  read: (buffer, offset, length) => Uint8Array.from(buffer.subarray(offset, offset + length)),
};

/** Text that ends with a NUL (NLA_NUL_STRING); what follows the first NUL is dropped. */
export const text: ValueCodec<string> = {
  size: (value) => Buffer.byteLength(value) + 1,
  write(buffer, offset, value) {
    buffer.writeUInt8(0, offset + buffer.write(value, offset));
  },
  read(buffer, offset, length) {
    const end = buffer.subarray(offset, offset + length).indexOf(0);
    return buffer.toString('utf8', offset, offset + (end === -1 ? length : end));
  },
};

/** An IPv4 address as a number; anything that is not four bytes (IPv6) stays bytes. */
export const ipAddress: ValueCodec<Ipv4 | Uint8Array> = {
  size: (value) => (typeof value === 'number' ? 4 : value.length),
  write: (buffer, offset, value) =>
    buffer.set(typeof value === 'number' ? ipv4ToBytes(value) : value, offset),
  read: (buffer, offset, length) =>
    length === 4 ? ipv4FromBytes(buffer.subarray(offset, offset + 4)) : bytes.read(buffer, offset, length),
};

/** A MAC; anything that is not six bytes (a tunnel's address) stays bytes. */
export const macAddress: ValueCodec<Mac | Uint8Array> = {
  size: (value) => (typeof value === 'string' ? 6 : value.length),
  write: (buffer, offset, value) => buffer.set(typeof value === 'string' ? macToBytes(value) : value, offset),
  read(buffer, offset, length) {
    const isWhole = length === 6 && offset + length <= buffer.length;
    return isWhole ? readMac(buffer, offset) : bytes.read(buffer, offset, length);
  },
};
