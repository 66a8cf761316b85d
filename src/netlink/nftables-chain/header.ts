import { type StructOf, struct } from '../struct.ts';
import { u8, u16be } from '../values.ts';

const rows = { family: u8, version: u8, resource: u16be };

/** struct nfgenmsg (include/uapi/linux/netfilter/nfnetlink.h). */
export const nftablesChainHeader = struct('nfgenmsg', rows);
export type NftablesChainHeader = StructOf<typeof rows>;
