import { codeOf } from '../base/errno.ts';
import { KernelFault } from './kernel-fault.ts';
import type { Transport } from './transport.ts';

/** Why there was nothing to read: notifications were dropped; the time-out passed; a signal came. */
export const OVERRUN = -1;
export const NOTHING_CAME = -2;
export const INTERRUPTED = -3;

/**
 * Waits for a datagram of a socket that hears of what happens.
 *
 * @param operation what a failure says could not be done
 * @returns its length, or one of the above
 * @throws KernelFault when the socket is beyond use
 */
export function receive(socket: Transport, buffer: Buffer, operation: string): number {
  try {
    return socket.receive(buffer);
  } catch (error) {
    const code = codeOf(error);
    switch (code) {
      case 'ENOBUFS':
        return OVERRUN;
      case 'EAGAIN':
        return NOTHING_CAME;
      case 'EINTR':
        return INTERRUPTED;
      default:
        throw KernelFault.broken(operation, code ?? 'EIO', error);
    }
  }
}
