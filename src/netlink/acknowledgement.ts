import { attribute, attributes } from './attributes.ts';
import { NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS } from './constants.ts';
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
 * Decodes the payload of NLMSG_ERROR, and that of NLMSG_DONE, which begins with the same number.
 *
 * The kernel's copy of the request stands between the number and the attributes: only its header when NLM_F_CAPPED
 * is set, else all of it (net/netlink/af_netlink.c, netlink_ack).
 *
 * @throws MalformedFault
 */
export function decodeAcknowledgement(frame: Frame): Acknowledgement {
  const { payload, flags } = frame;
  const errno = -i32.read(payload, 0, Math.min(4, payload.length)) || 0;
  if ((flags & NLM_F_ACK_TLVS) === 0 || payload.length < 4 + messageHeader.bytes) {
    return { errno };
  }
  const request = messageHeader.read(payload, 4, payload.length - 4);
  const copied = (flags & NLM_F_CAPPED) === 0 ? align(request.length) : messageHeader.bytes;
  const at = Math.min(4 + copied, payload.length);
  const { message, offset } = extendedAttributes.read(payload, at, payload.length - at);
  return {
    errno,
    ...(message === undefined ? {} : { message }),
    ...(offset === undefined ? {} : { offset }),
  };
}
