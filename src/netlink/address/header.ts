import { type StructOf, struct } from '../struct.ts';
import { u8, u32 } from '../values.ts';

const rows = { family: u8, prefixLength: u8, flags: u8, scope: u8, ifindex: u32 };

/** struct ifaddrmsg (include/uapi/linux/if_addr.h). */
export const addressHeader = struct('ifaddrmsg', rows);
export type AddressHeader = StructOf<typeof rows>;
