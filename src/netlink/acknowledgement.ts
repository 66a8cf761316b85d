import { attribute, attributes } from './attributes.ts';
import {
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MSG,
  NLMSGERR_ATTR_OFFS,
} from './constants.ts';
import { align, type Frame, messageHeader } from './message.ts';
import { i32, text, u32 } from './values.ts';

const extendedAttributes = attributes('extended acknowledgement', {
  message: attribute(NLMSGERR_ATTR_MSG, text),
  offset: attribute(NLMSGERR_ATTR_OFFS, u32),
});

/** struct nlmsgerr with its extended attributes: `errno` 0 acknowledges, a positive number refuses. */
export interface Acknowledgement {
  readonly errno: number;
  readonly message?: string;
  /** Where in the request the kernel found the offence, in bytes from its nlmsghdr. */
  readonly offset?: number;
}

/**
 * Whether the datagram is nothing but the acknowledgement of that message, as the answers to nearly all writes are: it
 * needs no decoding.
 */
export function isAcknowledgement(datagram: Buffer, sequence: number): boolean {
  if (datagram.length < messageHeader.bytes + 4) {
    return false;
  }
  const header = messageHeader.read(datagram, 0, datagram.length);
  const isWhole = header.length === datagram.length && header.type === NLMSG_ERROR;
  return isWhole && header.sequence === sequence && i32.read(datagram, messageHeader.bytes, 4) === 0;
}

/**
 * Decodes the payload of NLMSG_ERROR, and that of NLMSG_DONE, which begins with the same number.
 *
 * @throws MalformedFault
 */
export function decodeAcknowledgement(frame: Frame): Acknowledgement {
  const { payload, flags } = frame;
  const errno = -i32.read(payload, 0, Math.min(4, payload.length)) || 0;
  if ((flags & NLM_F_ACK_TLVS) === 0) {
    return { errno };
  }
  const at = Math.min(4 + copiedBytes(frame), payload.length);
  const { message, offset } = extendedAttributes.read(payload, at, payload.length - at);
  return {
    errno,
    ...(message === undefined ? {} : { message }),
    ...(offset === undefined ? {} : { offset }),
  };
}

/**
 * How much of the request stands between the number and the attributes: of NLMSG_ERROR only its header when
 * NLM_F_CAPPED is set, else all of it; of NLMSG_DONE nothing (net/netlink/af_netlink.c, netlink_ack and
 * netlink_dump_done).
 */
function copiedBytes({ type, flags, payload }: Frame): number {
  if (type === NLMSG_DONE) {
    return 0;
  }
  if ((flags & NLM_F_CAPPED) !== 0) {
    return messageHeader.bytes;
  }
  const request = messageHeader.read(payload, 4, payload.length - 4);
  return align(Math.min(request.length, payload.length));
}
