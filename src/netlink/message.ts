import { MalformedFault } from './malformed-fault.ts';
import type { StructCodec } from './struct.ts';
import { struct } from './struct.ts';
import { u16, u32, type ValueCodec } from './values.ts';

/** struct nlmsghdr (include/uapi/linux/netlink.h). `length` counts the header, not the padding behind. */
export const messageHeader = struct('nlmsghdr', {
  length: u32,
  type: u16,
  flags: u16,
  sequence: u32,
  portId: u32,
});

export interface MessageHeader {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly portId: number;
}

/** A message as it lies in a receive buffer: `payload` is a view, gone with the next receive. */
export interface Frame extends MessageHeader {
  readonly payload: Buffer;
}

/** NLMSG_ALIGN (include/uapi/linux/netlink.h). */
export function align(size: number): number {
  return (size + 3) & ~3;
}

/**
 * The messages of one datagram, in order.
 *
 * @throws MalformedFault when a length is less than a header or more than what is left
 */
export function* splitDatagram(datagram: Buffer): Generator<Frame> {
  let at = 0;
  while (at < datagram.length) {
    const left = datagram.length - at;
    const header = messageHeader.read(datagram, at, left);
    if (header.length < messageHeader.bytes || header.length > left) {
      throw new MalformedFault(
        'nlmsghdr',
        `a length of ${header.length} with ${left} bytes left`,
        '16 to what is left',
      );
    }
    yield { ...header, payload: datagram.subarray(at + messageHeader.bytes, at + header.length) };
    at += align(header.length);
  }
}

/** What a request asks for, before the conversation gives it a sequence number. */
export interface Request {
  readonly type: number;
  readonly flags: number;
  /** Bytes behind nlmsghdr. */
  readonly size: number;
  write(buffer: Buffer, offset: number): void;
}

/** A family of messages: a fixed header and a table of attributes behind it. */
export interface MessageCodec<H, A> {
  request(type: number, flags: number, header: Partial<H>, attributes: A): Request;
  decode(payload: Buffer): { header: H; attributes: A };
}

export function messageCodec<H, A>(header: StructCodec<H>, table: ValueCodec<A>): MessageCodec<H, A> {
  const behind = align(header.bytes);
  return {
    request: (type, flags, head, values) => ({
      type,
      flags,
      size: behind + table.size(values),
      write(buffer, offset) {
        buffer.fill(0, offset + header.bytes, offset + behind);
        header.write(buffer, offset, head);
        table.write(buffer, offset + behind, values);
      },
    }),
    decode: (payload) => ({
      header: header.read(payload, 0, payload.length),
      attributes: table.read(payload, behind, Math.max(0, payload.length - behind)),
    }),
  };
}

/** The whole message, padded to its alignment; `flags` are added to the request's own. */
export function encodeMessage(request: Request, sequence: number, flags = 0): Buffer {
  const buffer = Buffer.alloc(align(messageHeader.bytes + request.size));
  writeMessage(buffer, 0, request, sequence, flags);
  return buffer;
}

/** Writes one message at `offset`, `flags` added to the request's own, and returns where the next one begins. */
export function writeMessage(
  buffer: Buffer,
  offset: number,
  request: Request,
  sequence: number,
  flags = 0,
): number {
  const length = messageHeader.bytes + request.size;
  // As messageHeader.write does it, without an object and a loop for each of thousands of messages.
  u32.write(buffer, offset, length);
  u16.write(buffer, offset + 4, request.type);
  u16.write(buffer, offset + 6, request.flags | flags);
  u32.write(buffer, offset + 8, sequence);
  u32.write(buffer, offset + 12, 0);
  request.write(buffer, offset + messageHeader.bytes);
  const end = offset + align(length);
  buffer.fill(0, offset + length, end);
  return end;
}
