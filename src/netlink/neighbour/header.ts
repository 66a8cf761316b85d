import { padding, type StructOf, struct } from '../struct.ts';
import { i32, u8, u16 } from '../values.ts';

const rows = { family: u8, pad: padding(3), ifindex: i32, state: u16, flags: u8, type: u8 };

/** struct ndmsg (include/uapi/linux/neighbour.h). */
export const neighbourHeader = struct('ndmsg', rows);
export type NeighbourHeader = StructOf<typeof rows>;
