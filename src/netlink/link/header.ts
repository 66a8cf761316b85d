import { padding, type StructOf, struct } from '../struct.ts';
import { i32, u8, u16, u32 } from '../values.ts';

const rows = { family: u8, pad: padding(1), type: u16, ifindex: i32, flags: u32, change: u32 };

/** struct ifinfomsg (include/uapi/linux/rtnetlink.h). `change` is the mask of the flags that a request changes. */
export const linkHeader = struct('ifinfomsg', rows);
export type LinkHeader = StructOf<typeof rows>;
