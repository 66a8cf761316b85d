import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import {
  AF_INET,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NTF_EXT_LEARNED,
  NTF_USE,
  NUD_INCOMPLETE,
  NUD_NONE,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_STALE,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
  RTN_UNICAST,
} from '../netlink/constants.ts';
import type { Request } from '../netlink/message.ts';
import { neighbourMessage } from '../netlink/neighbour/message.ts';
import { u16 } from '../netlink/values.ts';
import type { Conversation } from './conversation.ts';
import { acceptRefusal } from './kernel-fault.ts';

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
  return dumpNeighbours(conversation, ifindex, () => true);
}

function dumpNeighbours(
  conversation: Conversation,
  ifindex: number,
  isWanted: (payload: Buffer) => boolean,
): Neighbour[] {
  let found: Neighbour[] = [];
  // A strict dump takes the interface as an attribute and refuses it in the header (net/core/neighbour.c).
  const request = neighbourMessage.request(RTM_GETNEIGH, 0, { family: AF_INET }, { ifindex });
  const begin = () => {
    found = [];
  };
  conversation.dump('list neighbours', request, begin, ({ payload }) => {
    if (isWanted(payload)) {
      found.push(...toNeighbour(payload, ifindex));
    }
  });
  return found;
}

/**
 * One neighbour; undefined when there is none. Equivalent to `ip neigh get DST dev DEV` (Linux 5.0).
 *
 * @throws KernelFault
 */
export function findNeighbour(
  conversation: Conversation,
  ifindex: number,
  destination: Ipv4,
): Neighbour | undefined {
  let found: Neighbour | undefined;
  const request = neighbourMessage.request(RTM_GETNEIGH, 0, { family: AF_INET, ifindex }, { destination });
  try {
    conversation.query('find a neighbour', request, ({ payload }) => {
      [found] = toNeighbour(payload, ifindex);
    });
  } catch (error) {
    // ENODEV: the interface is gone, and its neighbours with it.
    acceptRefusal(error, 'ENOENT', 'ENODEV');
  }
  return found;
}

function toNeighbour(payload: Buffer, ifindex: number): Neighbour[] {
  const { header, attributes } = neighbourMessage.decode(payload);
  const { destination, linkLayerAddress, protocol = 0 } = attributes;
  if (header.ifindex !== ifindex || typeof destination !== 'number') {
    return [];
  }
  const mac = typeof linkLayerAddress === 'string' ? linkLayerAddress : undefined;
  return [{ destination, mac, state: header.state, protocol }];
}

/** Offset of ndm_state in ndmsg. */
const STATE_AT = 8;

/**
 * The IPv4 neighbours of one interface that the kernel asks about: in INCOMPLETE or PROBE. Those in other states, of
 * which there may be very many, cost next to nothing.
 *
 * @throws KernelFault
 */
export function listAskedNeighbours(conversation: Conversation, ifindex: number): Neighbour[] {
  return dumpNeighbours(
    conversation,
    ifindex,
    (payload) => (u16.read(payload, STATE_AT, 2) & (NUD_INCOMPLETE | NUD_PROBE)) !== 0,
  );
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

/**
 * The same for an entry that exists: one that was given up meanwhile does not rise again (ENOENT). Without
 * NLM_F_REPLACE the kernel would ignore another MAC silently (net/core/neighbour.c, neigh_add). Equivalent to
 * `ip neigh change DST lladdr MAC dev DEV nud permanent protocol P`.
 */
export function changeNeighbour(ifindex: number, destination: Ipv4, mac: Mac, protocol: number): Request {
  return { ...replaceNeighbour(ifindex, destination, mac, protocol), flags: NLM_F_REPLACE };
}

/**
 * The same, STALE: it forwards, and asks user space for confirmation with its next packet. Marked as learned elsewhere, so
 * that the kernel's garbage collection leaves it alone. Equivalent to
 * `ip neigh change DST lladdr MAC dev DEV nud stale extern_learn protocol P`.
 */
export function doubtNeighbour(ifindex: number, destination: Ipv4, mac: Mac, protocol: number): Request {
  return neighbourMessage.request(
    RTM_NEWNEIGH,
    NLM_F_REPLACE,
    { family: AF_INET, ifindex, state: NUD_STALE, flags: NTF_EXT_LEARNED, type: RTN_UNICAST },
    { destination, linkLayerAddress: mac, protocol },
  );
}

/** Equivalent to `ip neigh del DST dev DEV`; packets that wait for the entry fail with EHOSTUNREACH. */
export function removeNeighbour(ifindex: number, destination: Ipv4): Request {
  return neighbourMessage.request(RTM_DELNEIGH, 0, { family: AF_INET, ifindex }, { destination });
}

/**
 * Makes the kernel ask for a neighbour as a packet to it would, without a packet. Refused with EEXIST where there is an
 * entry, because NTF_USE would take the state from a PERMANENT one (net/core/neighbour.c, __neigh_update, Linux 5.16).
 * Equivalent to `ip neigh add DST dev DEV use`.
 */
export function askForNeighbour(ifindex: number, destination: Ipv4): Request {
  return neighbourMessage.request(
    RTM_NEWNEIGH,
    NLM_F_CREATE | NLM_F_EXCL,
    { family: AF_INET, ifindex, state: NUD_NONE, flags: NTF_USE, type: RTN_UNICAST },
    { destination },
  );
}
