import { type AttributesOf, attribute, attributes } from '../attributes.ts';
import {
  RTA_DST,
  RTA_GATEWAY,
  RTA_OIF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_TABLE,
  RTA_VIA,
} from '../constants.ts';
import { bytes, ipAddress, u32 } from '../values.ts';

const rows = {
  /** Absent for the default route. */
  destination: attribute(RTA_DST, ipAddress),
  outputInterface: attribute(RTA_OIF, u32),
  gateway: attribute(RTA_GATEWAY, ipAddress),
  /** A gateway of another family: struct rtvia. */
  via: attribute(RTA_VIA, bytes),
  priority: attribute(RTA_PRIORITY, u32),
  preferredSource: attribute(RTA_PREFSRC, ipAddress),
  table: attribute(RTA_TABLE, u32),
};

/** RTA_* of routes. */
export const routeAttributes = attributes('route', rows);
export type RouteAttributes = AttributesOf<typeof rows>;
