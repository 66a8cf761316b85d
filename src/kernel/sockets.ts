import { close, setSocketOption } from '../../native-bindings/libc.ts';
import {
  attachFilter,
  growReceiveBuffer,
  openNetlinkSocket,
  portOf,
} from '../../native-bindings/netlink-socket.ts';
import {
  AF_NETLINK,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_NETFILTER,
  NETLINK_ROUTE,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV4_NETCONF,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_LINK,
  RTNLGRP_NEIGH,
  SO_ATTACH_FILTER,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../netlink/constants.ts';
import { changeFilter, type Watched } from './change-filter.ts';
import { l2MissFilter } from './l2-miss-filter.ts';
import { missFilter } from './miss-filter.ts';
import { asKernelFault, BUFFER_OPTIONS, number, timeout } from './socket-options.ts';

const ON = number(1);

/** What the kernel answers at once cannot take longer, unless the answer was lost. */
const ANSWER_TIMEOUT_MS = 5000;

/**
 * A socket for requests and dumps about links, addresses, neighbours and routes. Its dumps are strict
 * (NETLINK_GET_STRICT_CHK, Linux 4.20): the kernel filters by the attributes of the request.
 *
 * @throws KernelFault
 */
export function openRouteSocket(): number {
  return open('netlink route socket', NETLINK_ROUTE, [
    timeout(ANSWER_TIMEOUT_MS),
    { level: SOL_NETLINK, option: NETLINK_CAP_ACK, value: ON },
    { level: SOL_NETLINK, option: NETLINK_EXT_ACK, value: ON },
    { level: SOL_NETLINK, option: NETLINK_GET_STRICT_CHK, value: ON },
  ]);
}

/**
 * A socket for questions about netfilter.
 *
 * @throws KernelFault
 */
export function openNetfilterSocket(): number {
  return open('netlink netfilter socket', NETLINK_NETFILTER, [timeout(ANSWER_TIMEOUT_MS)]);
}

export interface MissSocket {
  readonly descriptor: number;
  /** By which the kernel names what is written on it (nlmsg_pid). */
  readonly port: number;
  /** The receive buffer that was granted, in the kernel's accounting; one miss is charged 832 bytes (Linux 6.18). */
  readonly receiveBytes: number;
}

export interface MissSocketOptions {
  readonly ifindex: number;
  /** The receive buffer to ask for. */
  readonly receiveBytes: number;
  /** How long a read blocks before it gives up with EAGAIN. */
  readonly waitMilliseconds: number;
  /** Other sockets that write neighbours for the agent: what they write is not reported. */
  readonly ownDescriptors: readonly number[];
}

/**
 * A socket that receives the misses of one interface, what others write into its tables, and answers to what is written
 * on it. The filter stands before the group is joined, so that no other message can slip in.
 *
 * @throws KernelFault
 */
export function openMissSocket(options: MissSocketOptions): MissSocket {
  const { ifindex, receiveBytes, waitMilliseconds, ownDescriptors } = options;
  // Without NETLINK_CAP_ACK: a refusal carries the request, which tells whose answer it was.
  const descriptor = open('miss socket', NETLINK_ROUTE, [timeout(waitMilliseconds)]);
  try {
    const port = portOf(descriptor);
    const ownPorts = [port, ...ownDescriptors.map(portOf)];
    attachFilter(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, missFilter(ifindex, ownPorts));
    // The kernel doubles what is asked for, to account for its own bookkeeping (net/core/sock.c).
    const granted = growReceiveBuffer(descriptor, SOL_SOCKET, BUFFER_OPTIONS, receiveBytes / 2);
    setSocketOption(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number(RTNLGRP_NEIGH));
    return { descriptor, port, receiveBytes: granted };
  } catch (error) {
    close(descriptor);
    throw asKernelFault('miss socket', error);
  }
}

/**
 * A socket that receives what a vxlan device with l2miss tells of frames without a forwarding entry. Its buffer has the
 * default size: what does not fit comes again with the next frame.
 *
 * @param waitMilliseconds how long a read blocks before it gives up with EAGAIN
 * @throws KernelFault
 */
export function openL2MissSocket(ifindex: number, waitMilliseconds: number): number {
  const descriptor = open('l2miss socket', NETLINK_ROUTE, [
    timeout(waitMilliseconds),
    { level: SOL_NETLINK, option: NETLINK_CAP_ACK, value: ON },
  ]);
  try {
    attachFilter(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, l2MissFilter(ifindex));
    setSocketOption(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number(RTNLGRP_NEIGH));
    return descriptor;
  } catch (error) {
    close(descriptor);
    throw asKernelFault('l2miss socket', error);
  }
}

/** As many changes as come within a moment; what does not fit is made up for by looking at everything. */
const CHANGE_BUFFER_BYTES = 1024 * 1024;

const CHANGE_GROUPS = [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV4_ROUTE];

/**
 * A socket that receives what becomes of the tunnel device and its underlay, and answers to what is written on it.
 *
 * @param waitMilliseconds how long a read blocks before it gives up with EAGAIN
 * @throws KernelFault
 */
export function openChangeSocket(watched: Watched, waitMilliseconds: number): number {
  const descriptor = open('change socket', NETLINK_ROUTE, [
    timeout(waitMilliseconds),
    { level: SOL_NETLINK, option: NETLINK_CAP_ACK, value: ON },
  ]);
  try {
    watchChanges(descriptor, watched);
    growReceiveBuffer(descriptor, SOL_SOCKET, BUFFER_OPTIONS, CHANGE_BUFFER_BYTES);
    for (const group of CHANGE_GROUPS) {
      setSocketOption(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number(group));
    }
    return descriptor;
  } catch (error) {
    close(descriptor);
    throw asKernelFault('change socket', error);
  }
}

/**
 * Makes a change socket watch something else from now on.
 *
 * @throws KernelFault
 */
export function watchChanges(descriptor: number, watched: Watched): void {
  try {
    attachFilter(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, changeFilter(watched));
  } catch (error) {
    throw asKernelFault('change socket', error);
  }
}

/**
 * By which the kernel names a netlink socket (nlmsg_pid, the `Pid` of /proc/net/netlink).
 *
 * @throws KernelFault
 */
export function portOfSocket(descriptor: number): number {
  try {
    return portOf(descriptor);
  } catch (error) {
    throw asKernelFault('getsockname', error);
  }
}

/**
 * Closes a socket. Never before a thread that reads it has ended: close returns, the reader stays blocked, and the
 * number is free to be another file's.
 *
 * @throws KernelFault
 */
export function closeSocket(descriptor: number): void {
  try {
    close(descriptor);
  } catch (error) {
    throw asKernelFault('close', error);
  }
}

function open(name: string, protocol: number, options: Parameters<typeof openNetlinkSocket>[3]): number {
  try {
    return openNetlinkSocket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol, options);
  } catch (error) {
    throw asKernelFault(name, error);
  }
}
