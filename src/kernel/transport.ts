import { readvSync, writeSync } from 'node:fs';

/**
 * What carries netlink datagrams: one `send` or `receive` is one datagram. Errors are thrown as Node's fs throws
 * them, with the errno's name in `code`.
 */
export interface Transport {
  send(bytes: Uint8Array): void;
  /** Waits for the next datagram, puts it at the buffer's begin and returns its length. */
  receive(buffer: Uint8Array): number;
}

/**
 * A socket's descriptor as a transport. A write to a netlink socket that is not connected goes to the kernel, which
 * has handled all of it when the call returns.
 */
export function descriptorTransport(descriptor: number): Transport {
  let into: Uint8Array[] = [];
  return {
    // All arguments, because Node takes longer to find out what is left out.
    send: (bytes) => {
      writeSync(descriptor, bytes, 0, bytes.length, null);
    },
    // Into a list of one: of that Node (20) checks less than of a buffer with bounds: 7 % of the call.
    receive: (buffer) => {
      if (into[0] !== buffer) {
        into = [buffer];
      }
      return readvSync(descriptor, into);
    },
  };
}
