import type { Transport } from '../../src/kernel/transport.ts';
import { ERRNO } from './fake-link-table.ts';

/**
 * One netlink socket of a fake kernel. Once its buffer is full the kernel drops what comes, an acknowledgement too,
 * until all that is queued has been read (net/netlink/af_netlink.c, netlink_overrun and netlink_rcv_wake).
 */
export class FakeSocket implements Transport {
  /** Refusals carry the request's header only (NETLINK_CAP_ACK), as those of all sockets but the miss socket do. */
  capped = true;
  /** How many datagrams it holds. */
  capacity = Number.POSITIVE_INFINITY;
  readonly #handle: (socket: FakeSocket, datagram: Buffer) => void;
  readonly #queue: Buffer[] = [];
  readonly #failures: string[] = [];
  readonly #sendFailures: string[] = [];
  #congested = false;

  constructor(handle: (socket: FakeSocket, datagram: Buffer) => void) {
    this.#handle = handle;
  }

  /** How many datagrams wait to be read. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** The next receive fails with that errno. */
  failReceive(code: keyof typeof ERRNO | 'EBADF' | 'EINTR'): void {
    this.#failures.push(code);
  }

  /** The next send fails with that errno. */
  failSend(code: keyof typeof ERRNO): void {
    this.#sendFailures.push(code);
  }

  send(bytes: Uint8Array): void {
    const failure = this.#sendFailures.shift();
    if (failure !== undefined) {
      throw systemError(failure, 'write');
    }
    this.#handle(this, Buffer.from(bytes));
  }

  receive(buffer: Uint8Array): number {
    const failure = this.#failures.shift();
    const datagram = failure === undefined ? this.#queue.shift() : undefined;
    this.#congested &&= this.#queue.length > 0;
    if (datagram === undefined) {
      throw systemError(failure ?? 'EAGAIN', 'read');
    }
    buffer.set(datagram.subarray(0, buffer.length));
    return Math.min(datagram.length, buffer.length);
  }

  /** The kernel puts a datagram into the socket's buffer, or drops it. */
  push(datagram: Buffer): void {
    if (this.#congested) {
      return;
    }
    if (this.#queue.length >= this.capacity) {
      this.#congested = true;
      this.#failures.push('ENOBUFS');
      return;
    }
    this.#queue.push(datagram);
  }
}

/** As Node's fs throws them. */
function systemError(code: string, syscall: string): Error {
  const errno = Object.entries(ERRNO).find(([name]) => name === code)?.[1] ?? 5;
  return Object.assign(new Error(`${code}: ${syscall}`), { code, errno: -errno, syscall });
}
