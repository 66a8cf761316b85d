import assert from 'node:assert/strict';
import { align, type Frame, type MessageCodec, splitDatagram } from '../../src/netlink/message.ts';
import { bytesOf } from './netlink-samples.ts';

// biome-ignore lint/suspicious/noExplicitAny: the codec of any family; callers infer the family's own types
export type AnyCodec = MessageCodec<any, any>;

/** The one message of a sample. */
export function frameOf(name: string): Frame {
  const bytes = bytesOf(name);
  const [frame] = splitDatagram(bytes);
  if (frame === undefined || frame.payload.length + 16 !== bytes.length) {
    throw new RangeError(`${name} holds more or less than one message`);
  }
  return frame;
}

/** What the codec makes of its own reading of the payload. */
export function reencoded(codec: AnyCodec, frame: Frame): Buffer {
  const { header, attributes } = codec.decode(frame.payload);
  return payloadOf(codec.request(frame.type, 0, header, attributes));
}

/** A request's bytes behind nlmsghdr, written over ones, so that forgotten padding shows. */
export function payloadOf(request: ReturnType<AnyCodec['request']>): Buffer {
  const buffer = Buffer.alloc(request.size, 0xff);
  request.write(buffer, 0);
  return buffer;
}

/**
 * The fixed header, then the attributes as sorted texts `type:hex`, for comparing messages whose order differs. Reads
 * the bytes by itself. Types are without the nesting flag, and nests are unfolded, both down to `depth`, because the
 * kernel's old families set no flag on nests that it accepts with and without.
 */
export function attributeSet(codec: AnyCodec, payload: Buffer, depth = 2): string[] {
  const empty = codec.request(0, 0, {}, {}).size;
  return [payload.toString('hex', 0, empty), ...unfold(payload.subarray(empty), '', depth).sort()];
}

function unfold(bytes: Buffer, path: string, depth: number): string[] {
  const found: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += align(bytes.readUInt16LE(at))) {
    const value = bytes.subarray(at + 4, at + bytes.readUInt16LE(at));
    const name = `${path}${bytes.readUInt16LE(at + 2) & 0x3fff}`;
    const inner = depth > 0 && looksNested(value) ? unfold(value, `${name}.`, depth - 1) : undefined;
    found.push(...(inner ?? [`${name}:${value.toString('hex')}`]));
  }
  return found;
}

/** Whether the bytes are attributes from the first to the last. */
function looksNested(bytes: Buffer): boolean {
  let at = 0;
  while (at + 4 <= bytes.length) {
    const size = bytes.readUInt16LE(at);
    const type = bytes.readUInt16LE(at + 2) & 0x3fff;
    if (size < 4 || type === 0 || at + size > bytes.length) {
      return false;
    }
    at += align(size);
  }
  return at > 0 && at >= bytes.length;
}

/** Decodes the sample, checks its type and that nothing is lost on the way back to bytes. */
export function decoded<C extends AnyCodec>(name: string, type: number, codec: C, order: 'kernel' | 'any') {
  const frame = frameOf(name);
  assert.equal(frame.type, type);
  const again = reencoded(codec, frame);
  if (order === 'kernel') {
    assert.equal(again.toString('hex'), frame.payload.toString('hex'));
  } else {
    assert.deepEqual(attributeSet(codec, again), attributeSet(codec, frame.payload));
  }
  return codec.decode(frame.payload) as ReturnType<C['decode']>;
}

/** The table's own attributes: what it does not know is held together by the comparison of bytes. */
export function known<T extends object>(attributes: T, ...volatile: (keyof T)[]): Partial<T> {
  const left = new Set<PropertyKey>(['unknown', ...volatile]);
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !left.has(key))) as Partial<T>;
}
