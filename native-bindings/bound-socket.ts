import { bind, close, setSocketOption, socket } from './libc.ts';

/** Numbers come from the caller (src/netlink/constants.ts), so that they are written down once. */
export interface SocketOption {
  readonly level: number;
  readonly option: number;
  readonly value: Buffer;
}

/**
 * Opens a socket, sets its options and binds it to an address, a whole struct sockaddr.
 *
 * @throws SystemCallFault; nothing stays open then
 */
export function openBoundSocket(
  domain: number,
  type: number,
  protocol: number,
  options: readonly SocketOption[],
  address: Buffer,
): number {
  const descriptor = socket(domain, type, protocol);
  try {
    for (const { level, option, value } of options) {
      setSocketOption(descriptor, level, option, value);
    }
    bind(descriptor, address);
    return descriptor;
  } catch (error) {
    close(descriptor);
    throw error;
  }
}
