import { changeNeighbour, removeNeighbour } from '../kernel/neighbours.ts';
import { NLM_F_ACK, NLM_F_REQUEST, NLMSG_NOOP } from '../netlink/constants.ts';
import { encodeMessage } from '../netlink/message.ts';
import { PLACE_ADDRESS, PLACE_MAC, type Template, template } from '../netlink/template.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';

/** `This address is that host's`: PERMANENT with our mark, for an entry that asked and so exists. */
export function resolvedTemplate(ifindex: number): Template {
  return template(changeNeighbour(ifindex, PLACE_ADDRESS, PLACE_MAC, OWN_PROTOCOL), NLM_F_REQUEST);
}

/** `Nobody has this address`: the waiting packets fail with EHOSTUNREACH, and nothing is left in the table. */
export function absentTemplate(ifindex: number): Template {
  return template(removeNeighbour(ifindex, PLACE_ADDRESS), NLM_F_REQUEST);
}

/** A message that does nothing but make the kernel answer, which ends a blocking read of the same socket. */
export function pokeMessage(sequence: number): Buffer {
  return encodeMessage(
    { type: NLMSG_NOOP, flags: NLM_F_REQUEST | NLM_F_ACK, size: 0, write: () => undefined },
    sequence,
  );
}
