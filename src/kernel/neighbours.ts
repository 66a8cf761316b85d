import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import {
  AF_INET,
  NLM_F_CREATE,
  NLM_F_REPLACE,
  NUD_PERMANENT,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
  RTN_UNICAST,
} from '../netlink/constants.ts';
import type { Request } from '../netlink/message.ts';
import { neighbourMessage } from '../netlink/neighbour/message.ts';
import type { Conversation } from './conversation.ts';

/** An IPv4 neighbour (ARP entry) as the kernel holds it. */
export interface Neighbour {
  readonly destination: Ipv4;
  /** Absent while the entry is unresolved. */
  readonly mac: Mac | undefined;
  /** One of NUD_*. */
  readonly state: number;
  /** Whose entry it is (NDA_PROTOCOL); 0 when nobody said. */
  readonly protocol: number;
}

/**
 * The IPv4 neighbours of one interface. Equivalent to `ip -4 neigh show dev DEV nud all`.
 *
 * @throws KernelFault
 */
export function listNeighbours(conversation: Conversation, ifindex: number): Neighbour[] {
  let found: Neighbour[] = [];
  // A strict dump takes the interface as an attribute and refuses it in the header (net/core/neighbour.c).
  const request = neighbourMessage.request(RTM_GETNEIGH, 0, { family: AF_INET }, { ifindex });
  conversation.dump(
    'list neighbours',
    request,
    () => {
      found = [];
    },
    (frame) => {
      const { header, attributes } = neighbourMessage.decode(frame.payload);
      const { destination, linkLayerAddress, protocol = 0 } = attributes;
      if (header.ifindex === ifindex && typeof destination === 'number') {
        const mac = typeof linkLayerAddress === 'string' ? linkLayerAddress : undefined;
        found.push({ destination, mac, state: header.state, protocol });
      }
    },
  );
  return found;
}

/** A PERMANENT entry, created or replaced. Equivalent to `ip neigh replace DST lladdr MAC dev DEV nud permanent protocol P`. */
export function replaceNeighbour(ifindex: number, destination: Ipv4, mac: Mac, protocol: number): Request {
  return neighbourMessage.request(
    RTM_NEWNEIGH,
    NLM_F_CREATE | NLM_F_REPLACE,
    { family: AF_INET, ifindex, state: NUD_PERMANENT, type: RTN_UNICAST },
    { destination, linkLayerAddress: mac, protocol },
  );
}

/** Equivalent to `ip neigh del DST dev DEV`; packets that wait for the entry fail with EHOSTUNREACH. */
export function removeNeighbour(ifindex: number, destination: Ipv4): Request {
  return neighbourMessage.request(RTM_DELNEIGH, 0, { family: AF_INET, ifindex }, { destination });
}
