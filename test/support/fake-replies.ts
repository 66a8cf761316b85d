import { attribute, attributes } from '../../src/netlink/attributes.ts';
import {
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP_INTR,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MSG,
} from '../../src/netlink/constants.ts';
import { encodeMessage, type Frame, messageHeader, type Request } from '../../src/netlink/message.ts';
import { text } from '../../src/netlink/values.ts';

const words = attributes('words', { message: attribute(NLMSGERR_ATTR_MSG, text) });

/**
 * NLMSG_ERROR for a request: errno 0 acknowledges. A socket without NETLINK_CAP_ACK gets the whole request with a
 * refusal (net/netlink/af_netlink.c, netlink_ack).
 */
export function acknowledgement(request: Frame, errno: number, message?: string, capped = true): Buffer {
  const extension = message === undefined ? {} : { message };
  const isWhole = !capped && errno !== 0;
  const flags = (isWhole ? 0 : NLM_F_CAPPED) | (message === undefined ? 0 : NLM_F_ACK_TLVS);
  const { type, sequence, portId, payload } = request;
  const carried = isWhole ? payload : Buffer.alloc(0);
  const reply: Request = {
    type: NLMSG_ERROR,
    flags,
    size: 4 + messageHeader.bytes + carried.length + words.size(extension),
    write(buffer, offset) {
      buffer.writeInt32LE(-errno, offset);
      const length = messageHeader.bytes + payload.length;
      messageHeader.write(buffer, offset + 4, { length, type, flags: request.flags, sequence, portId });
      buffer.set(carried, offset + 4 + messageHeader.bytes);
      words.write(buffer, offset + 4 + messageHeader.bytes + carried.length, extension);
    },
  };
  return encodeMessage(reply, sequence);
}

/** How much the kernel puts into one datagram of a dump, about. */
const DATAGRAM_BYTES = 8192;

/** A dump's datagrams, the last with NLMSG_DONE; an interrupted one is marked from its second message on. */
export function* dumpDatagrams(
  entries: readonly Request[],
  sequence: number,
  interrupted: boolean,
): Generator<Buffer> {
  const mark = interrupted ? NLM_F_DUMP_INTR : 0;
  let parts: Buffer[] = [];
  let size = 0;
  for (const [index, entry] of entries.entries()) {
    const message = encodeMessage(entry, sequence, index === 0 ? 0 : mark);
    if (size + message.length > DATAGRAM_BYTES) {
      yield Buffer.concat(parts);
      parts = [];
      size = 0;
    }
    parts.push(message);
    size += message.length;
  }
  if (parts.length > 0) {
    yield Buffer.concat(parts);
  }
  const done: Request = {
    type: NLMSG_DONE,
    flags: NLM_F_MULTI | mark,
    size: 4,
    write: (buffer, offset) => buffer.fill(0, offset, offset + 4),
  };
  yield encodeMessage(done, sequence);
}
