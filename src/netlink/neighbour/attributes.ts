import { type AttributesOf, attribute, attributes } from '../attributes.ts';
import {
  NDA_CACHEINFO,
  NDA_DST,
  NDA_FLAGS_EXT,
  NDA_IFINDEX,
  NDA_LLADDR,
  NDA_MASTER,
  NDA_PORT,
  NDA_PROBES,
  NDA_PROTOCOL,
  NDA_VLAN,
  NDA_VNI,
} from '../constants.ts';
import { bytes, ipAddress, macAddress, u8, u16, u16be, u32 } from '../values.ts';

const rows = {
  destination: attribute(NDA_DST, ipAddress),
  linkLayerAddress: attribute(NDA_LLADDR, macAddress),
  cacheInfo: attribute(NDA_CACHEINFO, bytes),
  probes: attribute(NDA_PROBES, u32),
  vlan: attribute(NDA_VLAN, u16),
  port: attribute(NDA_PORT, u16be),
  vni: attribute(NDA_VNI, u32),
  ifindex: attribute(NDA_IFINDEX, u32),
  master: attribute(NDA_MASTER, u32),
  protocol: attribute(NDA_PROTOCOL, u8),
  extendedFlags: attribute(NDA_FLAGS_EXT, u32),
};

/** NDA_* of neighbours and, with AF_BRIDGE, of forwarding entries. */
export const neighbourAttributes = attributes('neighbour', rows);
export type NeighbourAttributes = AttributesOf<typeof rows>;
