import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import {
  type DroppingChain,
  isHostForwarding,
  listDroppingForwardChains,
} from '../kernel/host-forwarding.ts';
import { doesLegacyForwardDrop } from '../kernel/legacy-iptables.ts';

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
  const off = isHostForwarding(route) ? [] : [FORWARDING_OFF];
  const chains = lookAt('nftables', log, () => droppingChains(netfilter)) ?? [];
  const legacy = lookAt('legacy iptables', log, legacyPolicy) ?? [];
  return [...off, ...chains, ...legacy];
}

/**
 * The forward chains of nftables that drop what no rule accepts.
 *
 * @throws KernelFault
 */
export function droppingChains(netfilter: Conversation): HostFinding[] {
  return listDroppingForwardChains(netfilter).map(toFinding);
}

/**
 * The same of legacy iptables.
 *
 * @throws SystemCallFault
 */
export function legacyPolicy(): HostFinding[] {
  return doesLegacyForwardDrop() ? [LEGACY_DROPS] : [];
}

export const FORWARDING_OFF: HostFinding = {
  found: 'the host does not forward IPv4 (ip_forward is off)',
  mend: 'sysctl -w net.ipv4.ip_forward=1',
};

const LEGACY_DROPS: HostFinding = {
  found: 'the FORWARD chain of legacy iptables drops forwarded packets that no rule accepts',
  mend: 'iptables-legacy -P FORWARD ACCEPT',
};

/** What cannot be looked at (a kernel without nf_tables, no CAP_NET_RAW) is said and then passed over. */
function lookAt<T>(what: string, log: Log, look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    log.warn({ reason: describeError(error) }, `the forward policy of ${what} could not be read`);
    return undefined;
  }
}

/** iptables on nftables keeps its policy in table `ip filter`, and only iptables should change it there. */
function toFinding({ family, table, chain }: DroppingChain): HostFinding {
  const isIptables = family === 'ip' && table === 'filter' && chain === 'FORWARD';
  return {
    found: `the chain ${chain} of table ${family} ${table} drops forwarded packets that no rule accepts`,
    mend: isIptables
      ? 'iptables -P FORWARD ACCEPT'
      : `nft chain ${family} ${table} ${chain} '{ policy accept; }'`,
  };
}
