import { type AttributesOf, attribute, attributes } from '../attributes.ts';
import {
  IFLA_VXLAN_AGEING,
  IFLA_VXLAN_COLLECT_METADATA,
  IFLA_VXLAN_GBP,
  IFLA_VXLAN_GROUP,
  IFLA_VXLAN_ID,
  IFLA_VXLAN_L2MISS,
  IFLA_VXLAN_L3MISS,
  IFLA_VXLAN_LEARNING,
  IFLA_VXLAN_LIMIT,
  IFLA_VXLAN_LINK,
  IFLA_VXLAN_LOCAL,
  IFLA_VXLAN_PORT,
  IFLA_VXLAN_PROXY,
  IFLA_VXLAN_RSC,
  IFLA_VXLAN_TOS,
  IFLA_VXLAN_TTL,
} from '../constants.ts';
import { bytes, ipAddress, u8, u16be, u32 } from '../values.ts';

const rows = {
  id: attribute(IFLA_VXLAN_ID, u32),
  group: attribute(IFLA_VXLAN_GROUP, ipAddress),
  link: attribute(IFLA_VXLAN_LINK, u32),
  local: attribute(IFLA_VXLAN_LOCAL, ipAddress),
  ttl: attribute(IFLA_VXLAN_TTL, u8),
  tos: attribute(IFLA_VXLAN_TOS, u8),
  learning: attribute(IFLA_VXLAN_LEARNING, u8),
  ageing: attribute(IFLA_VXLAN_AGEING, u32),
  limit: attribute(IFLA_VXLAN_LIMIT, u32),
  port: attribute(IFLA_VXLAN_PORT, u16be),
  proxy: attribute(IFLA_VXLAN_PROXY, u8),
  rsc: attribute(IFLA_VXLAN_RSC, u8),
  l2miss: attribute(IFLA_VXLAN_L2MISS, u8),
  l3miss: attribute(IFLA_VXLAN_L3MISS, u8),
  collectMetadata: attribute(IFLA_VXLAN_COLLECT_METADATA, u8),
  gbp: attribute(IFLA_VXLAN_GBP, bytes),
};

/** IFLA_VXLAN_*, the IFLA_INFO_DATA of kind `vxlan` (drivers/net/vxlan/vxlan_core.c, vxlan_fill_info). */
export const vxlanAttributes = attributes('vxlan', rows);
export type VxlanAttributes = AttributesOf<typeof rows>;
