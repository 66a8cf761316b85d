import { AF_INET, RTM_GETNEIGHTBL, RTM_SETNEIGHTBL } from '../netlink/constants.ts';
import type { Request } from '../netlink/message.ts';
import type { NeighbourParameters } from '../netlink/neighbour-table/attributes.ts';
import { neighbourTableMessage } from '../netlink/neighbour-table/message.ts';
import type { Conversation } from './conversation.ts';

/** The IPv4 table's name (net/ipv4/arp.c). */
export const ARP_TABLE = 'arp_cache';

/**
 * How the kernel resolves neighbours on one interface. Equivalent to reading `net.ipv4.neigh.DEV.*`.
 *
 * @returns undefined when the interface has no IPv4 neighbour table
 * @throws KernelFault
 */
export function getNeighbourParameters(
  conversation: Conversation,
  ifindex: number,
): NeighbourParameters | undefined {
  let found: NeighbourParameters | undefined;
  conversation.dump(
    'list neighbour tables',
    neighbourTableMessage.request(RTM_GETNEIGHTBL, 0, { family: AF_INET }, {}),
    () => {
      found = undefined;
    },
    (frame) => {
      const { attributes } = neighbourTableMessage.decode(frame.payload);
      if (attributes.name === ARP_TABLE && attributes.parameters?.ifindex === ifindex) {
        found = attributes.parameters;
      }
    },
  );
  return found;
}

/** Equivalent to `sysctl net.ipv4.neigh.DEV.*`, and works where /proc/sys cannot be written. */
export function setNeighbourParameters(ifindex: number, parameters: NeighbourParameters): Request {
  return neighbourTableMessage.request(
    RTM_SETNEIGHTBL,
    0,
    { family: AF_INET },
    { name: ARP_TABLE, parameters: { ...parameters, ifindex } },
  );
}
