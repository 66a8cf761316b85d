import { type AttributesOf, attribute, attributes } from '../attributes.ts';
import { NETCONFA_FORWARDING, NETCONFA_IFINDEX } from '../constants.ts';
import { i32 } from '../values.ts';

const rows = {
  ifindex: attribute(NETCONFA_IFINDEX, i32),
  forwarding: attribute(NETCONFA_FORWARDING, i32),
};

/** NETCONFA_*: per-interface settings, or those of `all` with ifindex -1. */
export const netconfAttributes = attributes('netconf', rows);
export type NetconfAttributes = AttributesOf<typeof rows>;
