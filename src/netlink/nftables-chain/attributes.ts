import { type AttributesOf, attribute, attributes, nested } from '../attributes.ts';
import {
  NFTA_CHAIN_HOOK,
  NFTA_CHAIN_NAME,
  NFTA_CHAIN_POLICY,
  NFTA_CHAIN_TABLE,
  NFTA_CHAIN_TYPE,
  NFTA_HOOK_HOOKNUM,
  NFTA_HOOK_PRIORITY,
} from '../constants.ts';
import { i32be, text, u32be } from '../values.ts';

const rows = {
  table: attribute(NFTA_CHAIN_TABLE, text),
  name: attribute(NFTA_CHAIN_NAME, text),
  /** Only base chains have a hook and a policy. */
  hook: nested(
    NFTA_CHAIN_HOOK,
    attributes('NFTA_CHAIN_HOOK', {
      number: attribute(NFTA_HOOK_HOOKNUM, u32be),
      priority: attribute(NFTA_HOOK_PRIORITY, i32be),
    }),
  ),
  policy: attribute(NFTA_CHAIN_POLICY, u32be),
  type: attribute(NFTA_CHAIN_TYPE, text),
};

/** NFTA_CHAIN_* of nftables' chains, which are also those of iptables-nft. */
export const nftablesChainAttributes = attributes('nftables chain', rows);
export type NftablesChainAttributes = AttributesOf<typeof rows>;
