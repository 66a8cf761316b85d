import { close, setSocketOption } from '../../native-bindings/libc.ts';
import { attachFilter, growReceiveBuffer, openNetlinkSocket } from '../../native-bindings/netlink-socket.ts';
import { SystemCallFault } from '../../native-bindings/system-call-fault.ts';
import {
  AF_NETLINK,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_NETFILTER,
  NETLINK_ROUTE,
  RTNLGRP_NEIGH,
  SO_ATTACH_FILTER,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RCVTIMEO,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../netlink/constants.ts';
import { KernelFault } from './kernel-fault.ts';
import { missFilter } from './miss-filter.ts';

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
  /** The receive buffer that was granted, in the kernel's accounting; one miss is charged 832 bytes (Linux 6.18). */
  readonly receiveBytes: number;
}

/**
 * A socket that receives the misses of one interface and nothing else but answers to what is written on it.
 * The filter stands before the group is joined, so that no other message can slip in.
 *
 * @param receiveBytes the receive buffer to ask for
 * @param waitMilliseconds how long a read blocks before it gives up with EAGAIN
 * @throws KernelFault
 */
export function openMissSocket(ifindex: number, receiveBytes: number, waitMilliseconds: number): MissSocket {
  const descriptor = open('miss socket', NETLINK_ROUTE, [
    timeout(waitMilliseconds),
    { level: SOL_NETLINK, option: NETLINK_CAP_ACK, value: ON },
  ]);
  try {
    attachFilter(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, missFilter(ifindex));
    const options = { forced: SO_RCVBUFFORCE, plain: SO_RCVBUF };
    // The kernel doubles what is asked for, to account for its own bookkeeping (net/core/sock.c).
    const granted = growReceiveBuffer(descriptor, SOL_SOCKET, options, receiveBytes / 2);
    setSocketOption(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number(RTNLGRP_NEIGH));
    return { descriptor, receiveBytes: granted };
  } catch (error) {
    close(descriptor);
    throw asKernelFault('miss socket', error);
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

function asKernelFault(operation: string, error: unknown): unknown {
  return error instanceof SystemCallFault ? KernelFault.broken(operation, error.code, error) : error;
}

/** struct timeval of SO_RCVTIMEO: two longs. */
function timeout(milliseconds: number) {
  const value = Buffer.from(
    BigInt64Array.of(BigInt(Math.floor(milliseconds / 1000)), BigInt((milliseconds % 1000) * 1000)).buffer,
  );
  return { level: SOL_SOCKET, option: SO_RCVTIMEO, value };
}

function number(value: number): Buffer {
  return Buffer.from(Int32Array.of(value).buffer);
}
