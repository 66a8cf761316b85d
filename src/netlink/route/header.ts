import { type StructOf, struct } from '../struct.ts';
import { u8, u32 } from '../values.ts';

const rows = {
  family: u8,
  destinationLength: u8,
  sourceLength: u8,
  tos: u8,
  table: u8,
  protocol: u8,
  scope: u8,
  type: u8,
  flags: u32,
};

/** struct rtmsg (include/uapi/linux/rtnetlink.h). */
export const routeHeader = struct('rtmsg', rows);
export type RouteHeader = StructOf<typeof rows>;
