import { SystemCallFault } from '../../native-bindings/system-call-fault.ts';
import { SO_RCVBUF, SO_RCVBUFFORCE, SO_RCVTIMEO, SOL_SOCKET } from '../netlink/constants.ts';
import { KernelFault } from './kernel-fault.ts';

export const BUFFER_OPTIONS = { forced: SO_RCVBUFFORCE, plain: SO_RCVBUF };

/** How long a read blocks before it gives up with EAGAIN: struct timeval of SO_RCVTIMEO, two longs. */
export function timeout(milliseconds: number) {
  const value = Buffer.from(
    BigInt64Array.of(BigInt(Math.floor(milliseconds / 1000)), BigInt((milliseconds % 1000) * 1000)).buffer,
  );
  return { level: SOL_SOCKET, option: SO_RCVTIMEO, value };
}

/** An option's value that is an int. */
export function number(value: number): Buffer {
  return Buffer.from(Int32Array.of(value).buffer);
}

/** What to throw for an error of a system call; any other error stays what it is. */
export function asKernelFault(operation: string, error: unknown): unknown {
  return error instanceof SystemCallFault ? KernelFault.broken(operation, error.code, error) : error;
}
