import { errnoName } from '../base/errno.ts';
import { Fault } from '../base/fault.ts';
import type { Acknowledgement } from '../netlink/acknowledgement.ts';

/** A request that the kernel refused, or a conversation with it that broke. `code` is an errno's name. */
export class KernelFault extends Fault {
  readonly code: string;
  /** Where in the request the kernel found the offence, in bytes from its nlmsghdr. */
  readonly offset: number | undefined;

  private constructor(
    operation: string,
    code: string,
    found: string,
    allowed: string,
    offset?: number,
    cause?: unknown,
  ) {
    super(operation, found, allowed, cause);
    this.code = code;
    this.offset = offset;
  }

  /** The kernel answered with an errno; its own words (NETLINK_EXT_ACK) stand behind the name. */
  static refused(operation: string, { errno, message, offset }: Acknowledgement): KernelFault {
    const code = errnoName(errno);
    const words = message === undefined ? code : `${code}: ${message}`;
    return new KernelFault(operation, code, words, hint(code), offset);
  }

  /** Reading or writing the socket failed. */
  static broken(operation: string, code: string, cause?: unknown): KernelFault {
    return new KernelFault(operation, code, code, 'a working netlink socket', undefined, cause);
  }

  /** The kernel's answer did not come, or not whole. */
  static incomplete(operation: string, found: string): KernelFault {
    return new KernelFault(operation, 'EPROTO', found, "the kernel's complete answer");
  }
}

function hint(code: string): string {
  return code === 'EPERM' || code === 'EACCES'
    ? 'CAP_NET_ADMIN in this network namespace'
    : 'a request that the kernel accepts';
}

/** Rethrows what is not a refusal with one of the given errnos: `EEXIST` of a create, `ENOENT` of a delete. */
export function acceptRefusal(error: unknown, ...codes: readonly string[]): asserts error is KernelFault {
  if (!(error instanceof KernelFault) || !codes.includes(error.code)) {
    throw error;
  }
}
