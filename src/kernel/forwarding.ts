import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import {
  AF_BRIDGE,
  NLM_F_CREATE,
  NLM_F_REPLACE,
  NTF_SELF,
  NUD_PERMANENT,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
} from '../netlink/constants.ts';
import type { Request } from '../netlink/message.ts';
import { neighbourMessage } from '../netlink/neighbour/message.ts';
import { u32 } from '../netlink/values.ts';
import type { Conversation } from './conversation.ts';
import { acceptRefusal } from './kernel-fault.ts';

/** A forwarding (FDB) entry of a vxlan device: frames to `mac` travel to the tunnel's end at `endpoint`. */
export interface ForwardingEntry {
  readonly mac: Mac;
  /** Absent where the entry leads elsewhere than to an IPv4 address (a nexthop group, IPv6). */
  readonly endpoint: Ipv4 | undefined;
  /** One of NUD_*. */
  readonly state: number;
  /** How long ago the last frame went by it, in milliseconds; undefined where the kernel does not say. */
  readonly unusedMs: number | undefined;
}

/** A forwarding entry that was written, or removed, by whomever. */
export interface ForwardingNotice {
  /** Absent in an entry without one: of a bridge's VLAN, for instance. */
  readonly mac: Mac | undefined;
  /** Where it leads; undefined where that is not an IPv4 address. */
  readonly endpoint: Ipv4 | undefined;
  readonly isRemoval: boolean;
}

/**
 * Reads RTM_NEWNEIGH or RTM_DELNEIGH with AF_BRIDGE.
 *
 * @throws MalformedFault
 */
export function readForwardingNotice(type: number, payload: Buffer): ForwardingNotice {
  const { destination, linkLayerAddress } = neighbourMessage.decode(payload).attributes;
  return {
    mac: typeof linkLayerAddress === 'string' ? linkLayerAddress : undefined,
    endpoint: typeof destination === 'number' ? destination : undefined,
    isRemoval: type === RTM_DELNEIGH,
  };
}

/**
 * The forwarding entries of one device. Equivalent to `bridge fdb show dev DEV self`.
 *
 * @throws KernelFault
 */
export function listForwarding(conversation: Conversation, ifindex: number): ForwardingEntry[] {
  let found: ForwardingEntry[] = [];
  // Unlike those of neighbours, strict dumps of forwarding entries take the interface in the header (net/core/rtnetlink.c).
  const request = neighbourMessage.request(RTM_GETNEIGH, 0, { family: AF_BRIDGE, ifindex }, {});
  conversation.dump(
    'list forwarding entries',
    request,
    () => {
      found = [];
    },
    ({ payload }) => found.push(...toForwarding(payload, ifindex)),
  );
  return found;
}

/**
 * The forwarding entry of one MAC; undefined when there is none. Equivalent to `bridge fdb get MAC dev DEV self`
 * (Linux 5.0).
 *
 * @throws KernelFault
 */
export function findForwarding(
  conversation: Conversation,
  ifindex: number,
  mac: Mac,
): ForwardingEntry | undefined {
  let found: ForwardingEntry | undefined;
  const header = { family: AF_BRIDGE, ifindex, flags: NTF_SELF };
  const request = neighbourMessage.request(RTM_GETNEIGH, 0, header, { linkLayerAddress: mac });
  try {
    conversation.query('find a forwarding entry', request, ({ payload }) => {
      [found] = toForwarding(payload, ifindex);
    });
  } catch (error) {
    // ENODEV: the interface is gone, and its entries with it.
    acceptRefusal(error, 'ENOENT', 'ENODEV');
  }
  return found;
}

function toForwarding(payload: Buffer, ifindex: number): ForwardingEntry[] {
  const { header, attributes } = neighbourMessage.decode(payload);
  const { destination, linkLayerAddress: mac, cacheInfo } = attributes;
  if (header.ifindex !== ifindex || (header.flags & NTF_SELF) === 0 || typeof mac !== 'string') {
    return [];
  }
  const endpoint = typeof destination === 'number' ? destination : undefined;
  return [{ mac, endpoint, state: header.state, unusedMs: unusedTime(cacheInfo) }];
}

/** struct nda_cacheinfo (linux/neighbour.h): ndm_used is its second word, in hundredths of a second (USER_HZ). */
function unusedTime(cacheInfo: Uint8Array | undefined): number | undefined {
  return cacheInfo === undefined || cacheInfo.length < 8
    ? undefined
    : u32.read(Buffer.from(cacheInfo), 4, 4) * 10;
}

/** Equivalent to `bridge fdb replace MAC dev DEV self permanent dst ENDPOINT`. */
export function replaceForwarding(ifindex: number, mac: Mac, endpoint: Ipv4): Request {
  return neighbourMessage.request(
    RTM_NEWNEIGH,
    NLM_F_CREATE | NLM_F_REPLACE,
    { family: AF_BRIDGE, ifindex, state: NUD_PERMANENT, flags: NTF_SELF },
    { linkLayerAddress: mac, destination: endpoint },
  );
}

/** Wherever the entry leads. Equivalent to `bridge fdb del MAC dev DEV self`. */
export function removeForwarding(ifindex: number, mac: Mac): Request {
  return neighbourMessage.request(
    RTM_DELNEIGH,
    0,
    { family: AF_BRIDGE, ifindex, flags: NTF_SELF },
    { linkLayerAddress: mac },
  );
}
