import { changeNeighbour, doubtNeighbour, removeNeighbour } from '../kernel/neighbours.ts';
import { NLM_F_REQUEST } from '../netlink/constants.ts';
import { PLACE_ADDRESS, PLACE_MAC, type Template, template } from '../netlink/template.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';

/** `This address is that host's`: PERMANENT with our mark, for an entry that asked and so exists. */
export function resolvedTemplate(ifindex: number): Template {
  return template(changeNeighbour(ifindex, PLACE_ADDRESS, PLACE_MAC, OWN_PROTOCOL), NLM_F_REQUEST);
}

/** `Is anybody using this address?` */
export function doubtTemplate(ifindex: number): Template {
  return template(doubtNeighbour(ifindex, PLACE_ADDRESS, PLACE_MAC, OWN_PROTOCOL), NLM_F_REQUEST);
}

/** `Nobody has this address`: the waiting packets fail with EHOSTUNREACH, and nothing is left in the table. */
export function absentTemplate(ifindex: number): Template {
  return template(removeNeighbour(ifindex, PLACE_ADDRESS), NLM_F_REQUEST);
}
