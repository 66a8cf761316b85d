import type { Log } from '../base/log.ts';
import { listAddresses } from '../kernel/addresses.ts';
import { Conversation } from '../kernel/conversation.ts';
import { listLinks } from '../kernel/links.ts';
import { requireNetworkPrivilege } from '../kernel/privilege.ts';
import { listRoutes } from '../kernel/routes.ts';
import { closeSocket, openNetfilterSocket, openRouteSocket } from '../kernel/sockets.ts';
import { descriptorTransport } from '../kernel/transport.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { checkHost } from '../overlay/host-checks.ts';
import { chooseUnderlay, type Underlay } from '../overlay/underlay.ts';
import type { Closers } from './closers.ts';

/** A conversation with the kernel that is closed with everything else. */
export function openKernel(closers: Closers): Conversation {
  const descriptor = openRouteSocket();
  closers.add('netlink socket', () => closeSocket(descriptor));
  return new Conversation(descriptorTransport(descriptor));
}

/**
 * Makes sure that the agent may work here and finds the interface that carries the tunnel.
 *
 * @throws KernelFault without CAP_NET_ADMIN
 * @throws OverlayFault when there is no such interface or it has no address
 */
export function findUnderlay(
  kernel: Conversation,
  ifaces: readonly string[],
  publicIp: Ipv4 | undefined,
): Underlay {
  requireNetworkPrivilege(kernel);
  const host = { links: listLinks(kernel), addresses: listAddresses(kernel), routes: listRoutes(kernel) };
  return chooseUnderlay(host, ifaces, publicIp);
}

/** Lends a conversation with netfilter, on a socket that is closed afterwards. @throws KernelFault */
export function withNetfilter<T>(use: (netfilter: Conversation) => T): T {
  const descriptor = openNetfilterSocket();
  try {
    return use(new Conversation(descriptorTransport(descriptor)));
  } finally {
    closeSocket(descriptor);
  }
}

/** Says what of the host's own settings keeps packets from passing. The agent changes none of them. */
export function warnAboutHost(kernel: Conversation, log: Log): void {
  for (const { found, mend } of withNetfilter((netfilter) => checkHost(kernel, netfilter, log))) {
    log.warn({ mend }, found);
  }
}
