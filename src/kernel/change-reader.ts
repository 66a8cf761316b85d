import { codeOf } from '../base/errno.ts';
import { NLMSG_ERROR } from '../netlink/constants.ts';
import { splitDatagram } from '../netlink/message.ts';
import { KernelFault } from './kernel-fault.ts';
import { pokeMessage } from './poke.ts';
import { OVERRUN, receive } from './receive.ts';
import type { Transport } from './transport.ts';

/** The notice of a link with many attributes is the largest. */
const RECEIVE_BYTES = 65_536;

/** The sequence number of our own pokes; others end a read and no more. */
const MARK = 2;

/**
 * Tells once that something changed when several notices wait together: a poke of our own comes back behind what waits
 * already. What the notices say is not told: whoever hears of it looks at what is there now.
 */
export class ChangeReader {
  readonly #socket: Transport;
  readonly #tell: () => void;
  readonly #buffer = Buffer.alloc(RECEIVE_BYTES);
  readonly #mark = pokeMessage(MARK);
  #changed = false;
  #marked = false;

  constructor(socket: Transport, tell: () => void) {
    this.#socket = socket;
    this.#tell = tell;
  }

  /**
   * Waits for one datagram; returns also when the socket's time-out passes without one.
   *
   * @throws KernelFault when the socket is beyond use
   */
  step(): void {
    const length = this.#receive();
    for (const { type, sequence } of length > 0 ? splitDatagram(this.#buffer.subarray(0, length)) : []) {
      if (type !== NLMSG_ERROR) {
        this.#changed = true;
      } else if (sequence === MARK && this.#marked) {
        this.#flush();
      }
    }
    if (this.#changed && !this.#marked) {
      this.#marked = this.#send();
    }
  }

  #flush(): void {
    this.#changed = false;
    this.#marked = false;
    this.#tell();
  }

  /** When nothing was read, or something was dropped, a mark that was on its way is lost. */
  #receive(): number {
    const length = receive(this.#socket, this.#buffer, 'read changes');
    if (length <= 0) {
      this.#changed ||= length === OVERRUN;
      this.#marked = false;
    }
    return length;
  }

  /** @returns whether a mark is on its way; without memory for it, the next read tries again */
  #send(): boolean {
    try {
      this.#socket.send(this.#mark);
      return true;
    } catch (error) {
      const code = codeOf(error) ?? 'EIO';
      if (code !== 'ENOBUFS' && code !== 'ENOMEM') {
        throw KernelFault.broken('read changes', code, error);
      }
      return false;
    }
  }
}
