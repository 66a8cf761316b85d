import { NLA_F_NESTED, NLA_F_NET_BYTEORDER } from './constants.ts';
import { MalformedFault } from './malformed-fault.ts';
import { u16, type ValueCodec } from './values.ts';

/** struct nlattr: length (header included), then type with two flag bits (include/uapi/linux/netlink.h). */
const HEADER = 4;
const TYPE_MASK = ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER) & 0xffff;

/** One row of a table: the kernel's number, how the value is coded, and whether it holds attributes itself. */
export interface Attribute<T> {
  readonly type: number;
  readonly codec: ValueCodec<T>;
  readonly nested: boolean;
}

/** An attribute that the table does not know, kept with its type (flag bits included) so that nothing is lost. */
export interface UnknownAttribute {
  readonly type: number;
  readonly value: Uint8Array;
}

export function attribute<T>(type: number, codec: ValueCodec<T>): Attribute<T> {
  return { type, codec, nested: false };
}

/** An attribute whose value is a table of attributes. */
export function nested<T>(type: number, table: ValueCodec<T>): Attribute<T> {
  return { type, codec: table, nested: true };
}

type Rows = Record<string, Attribute<unknown>>;

/** The values that a table declares, each optional, with the unknown ones beside them. */
export type AttributesOf<R extends Rows> = {
  [K in keyof R]?: R[K] extends Attribute<infer T> ? T : never;
} & { unknown?: UnknownAttribute[] };

/**
 * Declares a table of attributes. This one declaration gives encoding, decoding and the static type.
 *
 * Known attributes are encoded in the order of the object's keys (decoding keeps the order of the wire), unknown ones
 * behind them. Of a repeated attribute the last counts, as in the kernel's nla_parse (lib/nlattr.c).
 */
export function attributes<R extends Rows>(name: string, rows: R): ValueCodec<AttributesOf<R>> {
  const byType = new Map(Object.entries(rows).map(([key, row]) => [row.type, { key, row }]));
  return {
    size: (values) =>
      known(rows, values).reduce(
        (sum, [row, value]) => sum + padded(row.codec.size(value)),
        unknownSize(values),
      ),
    write(buffer, offset, values) {
      let at = offset;
      for (const [row, value] of known(rows, values)) {
        at = writeOne(buffer, at, row.type | (row.nested ? NLA_F_NESTED : 0), row.codec, value);
      }
      for (const one of values.unknown ?? []) {
        at = writeOne(buffer, at, one.type, rawBytes, one.value);
      }
    },
    read(buffer, offset, length) {
      const values: Record<string, unknown> = {};
      const unknown: UnknownAttribute[] = [];
      for (const { type, at, size } of walk(name, buffer, offset, length)) {
        const found = byType.get(type & TYPE_MASK);
        if (found === undefined) {
          unknown.push({ type, value: Uint8Array.from(buffer.subarray(at, at + size)) });
        } else {
          values[found.key] = readOne(name, found.key, found.row.codec, buffer, at, size);
        }
      }
      return (unknown.length === 0 ? values : { ...values, unknown }) as AttributesOf<R>;
    },
  };
}

const rawBytes: ValueCodec<Uint8Array> = {
  size: (value) => value.length,
  write: (buffer, offset, value) => buffer.set(value, offset),
  read: (buffer, offset, length) => Uint8Array.from(buffer.subarray(offset, offset + length)),
};

function known<R extends Rows>(rows: R, values: AttributesOf<R>): [Attribute<unknown>, unknown][] {
  return Object.entries(values).flatMap(([key, value]) => {
    const row = rows[key];
    return row === undefined || value === undefined ? [] : [[row, value]];
  });
}

function padded(valueSize: number): number {
  return (HEADER + valueSize + 3) & ~3;
}

function unknownSize(values: { unknown?: UnknownAttribute[] }): number {
  return (values.unknown ?? []).reduce((sum, one) => sum + padded(one.value.length), 0);
}

function writeOne<T>(buffer: Buffer, at: number, type: number, codec: ValueCodec<T>, value: T): number {
  const size = codec.size(value);
  const end = at + padded(size);
  u16.write(buffer, at, HEADER + size);
  u16.write(buffer, at + 2, type);
  codec.write(buffer, at + HEADER, value);
  buffer.fill(0, at + HEADER + size, end);
  return end;
}

function readOne(
  table: string,
  key: string,
  codec: ValueCodec<unknown>,
  buffer: Buffer,
  at: number,
  size: number,
): unknown {
  try {
    return codec.read(buffer, at, size);
  } catch (error) {
    throw new MalformedFault(
      `${table}.${key}`,
      `${size} bytes that do not decode`,
      'what its table declares',
      error,
    );
  }
}

/** Steps through the TLVs; each step moves on by at least a header, so hostile lengths cannot make it loop. */
function* walk(name: string, buffer: Buffer, offset: number, length: number) {
  const end = offset + length;
  let at = offset;
  while (end - at >= HEADER) {
    const size = u16.read(buffer, at, 2);
    if (size < HEADER || at + size > end) {
      throw new MalformedFault(
        name,
        `an attribute of ${size} bytes with ${end - at} left`,
        'at least 4 and at most what is left',
      );
    }
    yield { type: u16.read(buffer, at + 2, 2), at: at + HEADER, size: size - HEADER };
    at += (size + 3) & ~3;
  }
}
