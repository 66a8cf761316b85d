import { removeForwarding, replaceForwarding } from '../kernel/forwarding.ts';
import { changeNeighbour, doubtNeighbour, removeNeighbour, replaceNeighbour } from '../kernel/neighbours.ts';
import { NLM_F_REQUEST } from '../netlink/constants.ts';
import { PLACE_ADDRESS, PLACE_MAC, type Template, template } from '../netlink/template.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';

/** `This address is that host's`: PERMANENT with our mark, for an entry that asked and so exists. */
export function resolvedTemplate(ifindex: number): Template {
  return template(changeNeighbour(ifindex, PLACE_ADDRESS, PLACE_MAC, OWN_PROTOCOL), NLM_F_REQUEST);
}

/** The same for an entry that nobody has asked for. */
export function gatewayTemplate(ifindex: number): Template {
  return template(replaceNeighbour(ifindex, PLACE_ADDRESS, PLACE_MAC, OWN_PROTOCOL), NLM_F_REQUEST);
}

/** `Is anybody using this address?` */
export function doubtTemplate(ifindex: number): Template {
  return template(doubtNeighbour(ifindex, PLACE_ADDRESS, PLACE_MAC, OWN_PROTOCOL), NLM_F_REQUEST);
}

/** Tells refusals of forwarding entries from those of neighbours. */
export const FORWARDING_SEQUENCE = 3;

/** Tells refusals of routes from those of neighbours. A refused removal says that the route was gone. */
export const ROUTE_SEQUENCE = 4;

/** `That MAC is at this endpoint`: PERMANENT. */
export function forwardingTemplate(ifindex: number): Template {
  const request = replaceForwarding(ifindex, PLACE_MAC, PLACE_ADDRESS);
  return template(request, NLM_F_REQUEST, FORWARDING_SEQUENCE);
}

/** `Nothing is at that MAC`, wherever the entry leads. */
export function unforwardTemplate(ifindex: number): Template {
  return template(removeForwarding(ifindex, PLACE_MAC), NLM_F_REQUEST, FORWARDING_SEQUENCE);
}

/** `Nobody has this address`: the waiting packets fail with EHOSTUNREACH, and nothing is left in the table. */
export function absentTemplate(ifindex: number): Template {
  return template(removeNeighbour(ifindex, PLACE_ADDRESS), NLM_F_REQUEST);
}
