import { BlockingThread } from '../kernel/blocking-thread.ts';
import { openL2MissSocket, portOfSocket } from '../kernel/sockets.ts';
import type { ThreadFault } from '../kernel/thread-fault.ts';
import type { Mac } from '../net/mac.ts';

/** How long a read blocks at most: the belt, should the poke be lost that ends it with the process. Each end costs an idle agent. */
const WAIT_MS = 5000;

/** Thread to main: a frame to that MAC had no forwarding entry; the kernel dropped notifications of such frames. */
export type L2Message = { readonly kind: 'l2miss'; readonly mac: Mac } | { readonly kind: 'overrun' };

export interface L2MonitorOptions {
  /** A vxlan device with l2miss. */
  readonly ifindex: number;
  readonly onMiss: (mac: Mac) => void;
  readonly onOverrun: () => void;
  /** Called once if the thread ends although nobody stopped it. */
  readonly onFailure: (fault: ThreadFault) => void;
}

/**
 * Tells of frames without a forwarding entry. It has a socket and a thread of its own, because a notification comes for
 * each frame: on the miss socket a flood of them would drop misses.
 */
export class L2Monitor {
  /** By which the kernel names its socket. */
  readonly port: number;
  readonly #thread: BlockingThread<never, L2Message>;

  /** @throws KernelFault when the socket cannot be opened */
  constructor({ ifindex, onMiss, onOverrun, onFailure }: L2MonitorOptions) {
    const descriptor = openL2MissSocket(ifindex, WAIT_MS);
    this.port = portOfSocket(descriptor);
    this.#thread = new BlockingThread({
      name: 'l2miss thread',
      script: new URL('./l2-thread.js', import.meta.url),
      start: { descriptor },
      descriptor,
      otherDescriptors: [],
      onMessage: (message) => (message.kind === 'l2miss' ? onMiss(message.mac) : onOverrun()),
      onEnd: (fault, wasStopped) => {
        if (!wasStopped) {
          onFailure(fault);
        }
      },
    });
  }

  /** Ends the thread and closes its socket. */
  stop(): Promise<void> {
    return this.#thread.stop();
  }
}
