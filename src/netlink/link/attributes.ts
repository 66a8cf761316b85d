import { type AttributesOf, attribute, attributes, nested } from '../attributes.ts';
import {
  IFLA_ADDRESS,
  IFLA_AF_SPEC,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_LINK,
  IFLA_LINKINFO,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_TXQLEN,
} from '../constants.ts';
import { bytes, macAddress, text, u32 } from '../values.ts';

/** IFLA_INFO_DATA stays bytes here: its table depends on the kind (vxlan.ts). */
const linkInfo = attributes('IFLA_LINKINFO', {
  kind: attribute(IFLA_INFO_KIND, text),
  data: attribute(IFLA_INFO_DATA, bytes),
});

const rows = {
  linkLayerAddress: attribute(IFLA_ADDRESS, macAddress),
  name: attribute(IFLA_IFNAME, text),
  mtu: attribute(IFLA_MTU, u32),
  link: attribute(IFLA_LINK, u32),
  master: attribute(IFLA_MASTER, u32),
  transmitQueueLength: attribute(IFLA_TXQLEN, u32),
  info: nested(IFLA_LINKINFO, linkInfo),
  /** Reports and requests differ (af-spec.ts), so it stays bytes here. */
  afSpec: attribute(IFLA_AF_SPEC, bytes),
};

/** IFLA_* of network interfaces. */
export const linkAttributes = attributes('link', rows);
export type LinkAttributes = AttributesOf<typeof rows>;
