import { NLM_F_ACK, NLM_F_REQUEST, NLMSG_NOOP } from '../netlink/constants.ts';
import { encodeMessage } from '../netlink/message.ts';

/** The sequence number of pokes from another thread. */
export const POKE = 1;

/** A message that does nothing but make the kernel answer, which ends a blocking read of the same socket. */
export function pokeMessage(sequence: number): Buffer {
  return encodeMessage(
    { type: NLMSG_NOOP, flags: NLM_F_REQUEST | NLM_F_ACK, size: 0, write: () => undefined },
    sequence,
  );
}
