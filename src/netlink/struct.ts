import { MalformedFault } from './malformed-fault.ts';
import type { FixedCodec, ValueCodec } from './values.ts';

/** Bytes that hold nothing: written as zero, ignored when read, absent from the struct's type. */
export interface Padding {
  readonly padding: number;
}

export function padding(count: number): Padding {
  return { padding: count };
}

type Rows = Record<string, FixedCodec<number> | Padding>;

/** The values of a struct: one number for each row that is not padding. */
export type StructOf<R extends Rows> = {
  -readonly [K in keyof R as R[K] extends Padding ? never : K]: number;
};

export interface StructCodec<T> {
  readonly bytes: number;
  /** Missing fields are written as zero, as the kernel expects of fields that a request does not use. */
  write(buffer: Buffer, offset: number, value: Partial<T>): void;
  read(buffer: Buffer, offset: number, length: number): T;
}

/**
 * Declares a C struct of the kernel: rows in order, padding explicit. Reading accepts trailing bytes, because a newer
 * kernel may have a longer struct.
 */
export function struct<R extends Rows>(name: string, rows: R): StructCodec<StructOf<R>> {
  const fields = layout(rows);
  const size = fields.reduce((sum, field) => sum + field.bytes, 0);
  return {
    bytes: size,
    write(buffer, offset, value) {
      buffer.fill(0, offset, offset + size);
      const given: Record<string, number | undefined> = value;
      for (const field of fields) {
        field.codec?.write(buffer, offset + field.at, given[field.name] ?? 0);
      }
    },
    read(buffer, offset, length) {
      if (length < size || offset + size > buffer.length) {
        throw new MalformedFault(name, `${length} bytes`, `at least ${size} bytes`);
      }
      const value: Record<string, number> = {};
      for (const field of fields) {
        if (field.codec !== undefined) {
          value[field.name] = field.codec.read(buffer, offset + field.at, field.bytes);
        }
      }
      return value as StructOf<R>;
    },
  };
}

interface Field {
  readonly name: string;
  readonly at: number;
  readonly bytes: number;
  readonly codec: FixedCodec<number> | undefined;
}

function layout(rows: Rows): Field[] {
  let at = 0;
  return Object.entries(rows).map(([name, row]) => {
    const isPadding = 'padding' in row;
    const field = {
      name,
      at,
      bytes: isPadding ? row.padding : row.bytes,
      codec: isPadding ? undefined : row,
    };
    at += field.bytes;
    return field;
  });
}

/** A struct as the value of an attribute. */
export function structValue<T>(codec: StructCodec<T>): ValueCodec<T> {
  return {
    size: () => codec.bytes,
    write: (buffer, offset, value) => codec.write(buffer, offset, value),
    read: (buffer, offset, length) => codec.read(buffer, offset, length),
  };
}
