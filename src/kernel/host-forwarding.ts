import { writeFileSync } from 'node:fs';
import { codeOf } from '../base/errno.ts';
import {
  AF_INET,
  NETCONFA_IFINDEX_ALL,
  NF_DROP,
  NF_INET_FORWARD,
  NFNL_SUBSYS_NFTABLES,
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFT_MSG_GETCHAIN,
  RTM_GETNETCONF,
} from '../netlink/constants.ts';
import { netconfMessage } from '../netlink/netconf/message.ts';
import { nftablesChainMessage } from '../netlink/nftables-chain/message.ts';
import type { Conversation } from './conversation.ts';
import { KernelFault } from './kernel-fault.ts';

/** A base chain of the forward hook whose policy drops. */
export interface DroppingChain {
  readonly family: 'ip' | 'inet';
  readonly table: string;
  readonly chain: string;
}

/**
 * Whether the host forwards IPv4 at all. Equivalent to `sysctl net.ipv4.ip_forward`.
 *
 * @throws KernelFault
 */
export function isHostForwarding(conversation: Conversation): boolean {
  let forwarding = false;
  conversation.dump(
    'list network configuration',
    netconfMessage.request(RTM_GETNETCONF, 0, { family: AF_INET }, {}),
    () => {
      forwarding = false;
    },
    (frame) => {
      const { attributes } = netconfMessage.decode(frame.payload);
      if (attributes.ifindex === NETCONFA_IFINDEX_ALL) {
        forwarding = attributes.forwarding === 1;
      }
    },
  );
  return forwarding;
}

/** The switch of `net.ipv4.ip_forward`; netlink has none for all interfaces. */
const IP_FORWARD = '/proc/sys/net/ipv4/ip_forward';

/**
 * Equivalent to `sysctl net.ipv4.ip_forward=1`.
 *
 * @throws KernelFault where /proc/sys cannot be written
 */
export function turnHostForwardingOn(): void {
  try {
    writeFileSync(IP_FORWARD, '1\n');
  } catch (error) {
    throw KernelFault.broken(`write ${IP_FORWARD}`, codeOf(error) ?? 'EIO', error);
  }
}

/**
 * The forward chains of nftables (and so of iptables-nft) that drop what no rule accepts.
 *
 * @param netfilter a conversation on a netfilter socket
 * @throws KernelFault
 */
export function listDroppingForwardChains(netfilter: Conversation): DroppingChain[] {
  let found: DroppingChain[] = [];
  const families = new Map([
    [NFPROTO_IPV4, 'ip' as const],
    [NFPROTO_INET, 'inet' as const],
  ]);
  const type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETCHAIN;
  netfilter.dump(
    'list nftables chains',
    nftablesChainMessage.request(type, 0, {}, {}),
    () => {
      found = [];
    },
    (frame) => {
      const { header, attributes } = nftablesChainMessage.decode(frame.payload);
      const family = families.get(header.family);
      const { hook, policy, table = '', name = '' } = attributes;
      if (family !== undefined && hook?.number === NF_INET_FORWARD && policy === NF_DROP) {
        found.push({ family, table, chain: name });
      }
    },
  );
  return found;
}
