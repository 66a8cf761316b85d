import { OVERRUN, receive } from '../kernel/receive.ts';
import type { Transport } from '../kernel/transport.ts';
import type { Mac } from '../net/mac.ts';
import { RTM_GETNEIGH } from '../netlink/constants.ts';
import { splitDatagram } from '../netlink/message.ts';
import { neighbourMessage } from '../netlink/neighbour/message.ts';

const RECEIVE_BYTES = 4096;

/** The kernel tells of each frame, so the same MAC comes again and again until its entry is there. In milliseconds. */
const REPEATED_WITHIN_MS = 50;

/** As many notifications are read in a period at most; the rest waits in a small buffer, or is dropped by the kernel. */
const READS_PER_PERIOD = 64;
const PERIOD_MS = 20;

export interface L2ReaderParts {
  readonly socket: Transport;
  /** Called with the MAC of a frame that had no forwarding entry. */
  readonly onMiss: (mac: Mac) => void;
  /** Called when the kernel dropped notifications. */
  readonly onOverrun: () => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Waits for so many milliseconds, or less. */
  readonly pause: (milliseconds: number) => void;
}

/** Reads what the device tells of frames without a forwarding entry, at a bounded rate: one notification comes per frame. */
export class L2Reader {
  readonly #parts: L2ReaderParts;
  readonly #buffer = Buffer.alloc(RECEIVE_BYTES);
  readonly #told = new Map<Mac, number>();
  #periodBegan = Number.NEGATIVE_INFINITY;
  #reads = 0;

  constructor(parts: L2ReaderParts) {
    this.#parts = parts;
  }

  /**
   * Waits for one datagram; returns also when the socket's time-out passes without one.
   *
   * @throws KernelFault when the socket is beyond use
   */
  step(): void {
    const length = receive(this.#parts.socket, this.#buffer, 'read l2 misses');
    if (length === OVERRUN) {
      this.#parts.onOverrun();
    } else if (length > 0) {
      this.#holdBack();
      for (const { type, payload } of splitDatagram(this.#buffer.subarray(0, length))) {
        if (type === RTM_GETNEIGH) {
          this.#hear(neighbourMessage.decode(payload).attributes.linkLayerAddress);
        }
      }
    }
  }

  #hear(mac: Mac | Uint8Array | undefined): void {
    const now = this.#parts.now();
    if (
      typeof mac === 'string' &&
      now - (this.#told.get(mac) ?? Number.NEGATIVE_INFINITY) >= REPEATED_WITHIN_MS
    ) {
      this.#told.set(mac, now);
      this.#parts.onMiss(mac);
    }
  }

  /** What was told in an earlier period and does not count any more is forgotten, so that the table stays small. */
  #holdBack(): void {
    const { now, pause } = this.#parts;
    this.#reads += 1;
    if (this.#reads < READS_PER_PERIOD && now() - this.#periodBegan < PERIOD_MS) {
      return;
    }
    const left = this.#periodBegan + PERIOD_MS - now();
    if (left > 0) {
      pause(left);
    }
    this.#periodBegan = now();
    this.#reads = 0;
    for (const [mac, at] of this.#told) {
      if (this.#periodBegan - at >= REPEATED_WITHIN_MS) {
        this.#told.delete(mac);
      }
    }
  }
}
