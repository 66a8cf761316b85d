import type { Conversation } from './conversation.ts';
import { acceptRefusal } from './kernel-fault.ts';
import { removeLink } from './links.ts';

/** An interface number that the kernel never gives: they grow from 1. */
const NOBODY = 0x7fffffff;

/**
 * Makes sure that we may change the network, before anything depends on it. The kernel looks at the privilege of a
 * request before it looks at the request (net/core/rtnetlink.c, rtnetlink_rcv_msg), so removing an interface that
 * cannot exist tells, also in a user namespace, where the process's own capabilities would not.
 *
 * @throws KernelFault with EPERM naming CAP_NET_ADMIN
 */
export function requireNetworkPrivilege(conversation: Conversation): void {
  try {
    conversation.request('changing the network', removeLink(NOBODY));
  } catch (error) {
    acceptRefusal(error, 'ENODEV');
  }
}
