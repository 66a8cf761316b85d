import { endianness } from 'node:os';
import { NLM_F_ACK } from './constants.ts';
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

const LITTLE = endianness() === 'LE';

/** Which words of a message hold nlmsg_type and nlmsg_flags, and nlmsg_seq. */
const KIND_WORD = 1;
const SEQUENCE_WORD = 2;

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

/**
 * Memory for messages. Header fields are 32-bit words in the machine's order, which a typed array writes without the
 * checks of Buffer's methods.
 */
export interface MessageMemory {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
}

/** @param size bytes, a multiple of 4 */
export function messageMemory(size: number): MessageMemory {
  const memory = new ArrayBuffer(size);
  return { bytes: Buffer.from(memory), words: new Uint32Array(memory) };
}

/** The whole message, padded to its alignment; `flags` are added to the request's own. */
export function encodeMessage(request: Request, sequence: number, flags = 0): Buffer {
  const memory = messageMemory(align(messageHeader.bytes + request.size));
  writeMessage(memory, 0, request, sequence, flags);
  return memory.bytes;
}

/**
 * Writes one message at `offset`, a multiple of 4, `flags` added to the request's own, and returns where the next one
 * begins.
 */
export function writeMessage(
  { bytes, words }: MessageMemory,
  offset: number,
  request: Request,
  sequence: number,
  flags = 0,
): number {
  const length = messageHeader.bytes + request.size;
  const end = offset + align(length);
  const word = offset >> 2;
  words[(end - 1) >> 2] = 0;
  words[word] = length;
  words[word + KIND_WORD] = kindWord(request.type, request.flags | flags);
  words[word + SEQUENCE_WORD] = sequence;
  words[word + 3] = 0;
  request.write(bytes, offset + messageHeader.bytes);
  return end;
}

/** Gives the message at `offset` its sequence number. */
export function numberMessage({ words }: MessageMemory, offset: number, sequence: number): void {
  words[(offset >> 2) + SEQUENCE_WORD] = sequence;
}

/** Makes the message at `offset` ask for an acknowledgement, which will carry that sequence number. */
export function askForAcknowledgement({ words }: MessageMemory, offset: number, sequence: number): void {
  const word = offset >> 2;
  words[word + KIND_WORD] = (words[word + KIND_WORD] ?? 0) | kindWord(0, NLM_F_ACK);
  words[word + SEQUENCE_WORD] = sequence;
}

/** nlmsg_type and nlmsg_flags, 16 bits each, as one word. */
function kindWord(type: number, flags: number): number {
  return LITTLE ? type | (flags << 16) : (type << 16) | flags;
}
