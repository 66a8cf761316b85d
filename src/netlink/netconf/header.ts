import { type StructOf, struct } from '../struct.ts';
import { u8 } from '../values.ts';

const rows = { family: u8 };

/** struct netconfmsg (include/uapi/linux/netconf.h). */
export const netconfHeader = struct('netconfmsg', rows);
export type NetconfHeader = StructOf<typeof rows>;
