import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import {
  type DroppingChain,
  isHostForwarding,
  listDroppingForwardChains,
} from '../kernel/host-forwarding.ts';
import { KernelFault } from '../kernel/kernel-fault.ts';

/** Something outside the agent's own device that keeps containers' packets from passing, and what mends it. */
export interface HostFinding {
  readonly found: string;
  readonly mend: string;
}

/**
 * Looks at what the host, not the agent, has to allow: forwarding as such, and forward chains that drop what no rule
 * accepts (Docker's engine sets that policy).
 *
 * @throws KernelFault
 */
export function checkHost(route: Conversation, netfilter: Conversation, log: Log): HostFinding[] {
  const findings: HostFinding[] = [];
  if (!isHostForwarding(route)) {
    findings.push({
      found: 'the host does not forward IPv4 (ip_forward is off)',
      mend: 'sysctl -w net.ipv4.ip_forward=1',
    });
  }
  for (const chain of droppingChains(netfilter, log)) {
    findings.push({
      found: `the chain ${chain.chain} of table ${chain.family} ${chain.table} drops forwarded packets that no rule accepts`,
      mend: mendOf(chain),
    });
  }
  return findings;
}

/** A kernel without nf_tables refuses the question; then no such chain can exist. */
function droppingChains(netfilter: Conversation, log: Log): DroppingChain[] {
  try {
    return listDroppingForwardChains(netfilter);
  } catch (error) {
    if (!(error instanceof KernelFault)) {
      throw error;
    }
    log.warn({ reason: describeError(error) }, 'the forward chains of nftables could not be read');
    return [];
  }
}

/** iptables-nft keeps its policy in table `ip filter`, and only iptables should change it there. */
function mendOf({ family, table, chain }: DroppingChain): string {
  return family === 'ip' && table === 'filter' && chain === 'FORWARD'
    ? 'iptables -P FORWARD ACCEPT'
    : `nft chain ${family} ${table} ${chain} '{ policy accept; }'`;
}
