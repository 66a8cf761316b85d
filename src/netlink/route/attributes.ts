import { type AttributesOf, attribute, attributes, nested } from '../attributes.ts';
import {
  RTA_DST,
  RTA_GATEWAY,
  RTA_METRICS,
  RTA_OIF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_TABLE,
  RTA_VIA,
  RTAX_MTU,
} from '../constants.ts';
import { bytes, ipAddress, u32 } from '../values.ts';

/** RTAX_*, of which only what a path carries is read. */
const metricRows = {
  mtu: attribute(RTAX_MTU, u32),
};

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
  metrics: nested(RTA_METRICS, attributes('RTA_METRICS', metricRows)),
};

/** RTA_* of routes. */
export const routeAttributes = attributes('route', rows);
export type RouteAttributes = AttributesOf<typeof rows>;
