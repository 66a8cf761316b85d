import { padding, type StructOf, struct } from '../struct.ts';
import { u8 } from '../values.ts';

const rows = { family: u8, pad: padding(3) };

/** struct ndtmsg (include/uapi/linux/neighbour.h). */
export const neighbourTableHeader = struct('ndtmsg', rows);
export type NeighbourTableHeader = StructOf<typeof rows>;
