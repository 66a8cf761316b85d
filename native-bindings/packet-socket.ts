import { endianness } from 'node:os';
import { openBoundSocket, type SocketOption } from './bound-socket.ts';
import { controlFile } from './libc.ts';

const LITTLE = endianness() === 'LE';

/** Size of struct sockaddr_ll (packet(7)). */
const ADDRESS_BYTES = 20;

/**
 * Opens a packet socket on one interface. It receives frames of the protocol only, and none before its options are set.
 *
 * @param protocol an EtherType, such as 0x0800
 * @throws SystemCallFault; nothing stays open then
 */
export function openPacketSocket(
  domain: number,
  type: number,
  options: readonly SocketOption[],
  { protocol, ifindex }: { readonly protocol: number; readonly ifindex: number },
): number {
  const address = Buffer.alloc(ADDRESS_BYTES);
  const view = new DataView(address.buffer, address.byteOffset, address.length);
  view.setUint16(0, domain, LITTLE);
  // In network order, unlike its neighbours.
  view.setUint16(2, protocol, false);
  view.setInt32(4, ifindex, LITTLE);
  // Protocol 0 receives nothing; bind sets the one to receive.
  return openBoundSocket(domain, type, 0, options, address);
}

/** The numbers of fcntl(2) that setting a flag needs. */
export interface FlagCommands {
  readonly get: number;
  readonly set: number;
  readonly flag: number;
}

/**
 * Sets or clears a flag of an open file, such as O_NONBLOCK.
 *
 * @throws SystemCallFault
 */
export function setFileFlag(descriptor: number, { get, set, flag }: FlagCommands, on: boolean): void {
  const flags = controlFile(descriptor, get, 0);
  controlFile(descriptor, set, on ? flags | flag : flags & ~flag);
}
