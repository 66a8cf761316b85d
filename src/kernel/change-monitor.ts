import { BlockingThread } from './blocking-thread.ts';
import type { Watched } from './change-filter.ts';
import { openChangeSocket, watchChanges } from './sockets.ts';
import type { ThreadFault } from './thread-fault.ts';

/** How long a read blocks at most: the belt, should the poke be lost that ends it with the process. Each end costs an idle agent. */
const WAIT_MS = 5000;

export interface ChangeMonitorOptions {
  readonly watched: Watched;
  readonly onChange: () => void;
  /** Called once if the thread ends although nobody stopped it. */
  readonly onFailure: (fault: ThreadFault) => void;
}

/** Tells that something of the tunnel device or its underlay changed. A thread waits for it, because Node cannot poll netlink. */
export class ChangeMonitor {
  readonly #descriptor: number;
  readonly #thread: BlockingThread<never, 'changed'>;

  /** @throws KernelFault when the socket cannot be opened */
  constructor({ watched, onChange, onFailure }: ChangeMonitorOptions) {
    this.#descriptor = openChangeSocket(watched, WAIT_MS);
    this.#thread = new BlockingThread({
      name: 'change thread',
      script: new URL('./change-thread.js', import.meta.url),
      start: { descriptor: this.#descriptor },
      descriptor: this.#descriptor,
      otherDescriptors: [],
      onMessage: onChange,
      onEnd: (fault, wasStopped) => {
        if (!wasStopped) {
          onFailure(fault);
        }
      },
    });
  }

  /**
   * Watches something else from now on: the device has another number once it was made anew.
   *
   * @throws KernelFault
   */
  watch(watched: Watched): void {
    watchChanges(this.#descriptor, watched);
  }

  /** Ends the thread and closes its socket. */
  stop(): Promise<void> {
    return this.#thread.stop();
  }
}
