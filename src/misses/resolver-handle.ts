import { Worker } from 'node:worker_threads';
import { closeSocket, openMissSocket, openRouteSocket } from '../kernel/sockets.ts';
import { preferThread } from '../kernel/thread-priority.ts';
import { descriptorTransport, type Transport } from '../kernel/transport.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import { pokeMessage } from './answer.ts';
import { Counters } from './counters.ts';
import { POKE } from './outbox.ts';
import type { SubnetChange } from './resolver.ts';
import {
  CONTROL_SLOTS,
  type LeasesMessage,
  POSTED,
  type ResolverMessage,
  type ResolverStart,
  STOP,
} from './resolver-messages.ts';
import { ThreadFault } from './thread-fault.ts';

/**
 * Room for 160,000 misses at 832 bytes each. The kernel takes no memory for it before they wait. What does not fit is
 * found by a dump, but in no order of age.
 */
export const MISS_BUFFER_BYTES = 128 * 1024 * 1024;

/** How long a read of the resolver blocks at most: the belt, should a poke ever be lost. */
const WAIT_MS = 500;

export interface ResolverOptions {
  readonly ifindex: number;
  readonly network: Prefix;
  /** How many neighbours there may be. */
  readonly maximum: number;
  /** Receive buffer to ask for, in bytes: MISS_BUFFER_BYTES unless told. */
  readonly receiveBytes?: number;
  /** Milliseconds that a read of the resolver blocks at most: 500 unless told. */
  readonly waitMilliseconds?: number;
  /** Called with an address that no lease covers: once a second, and once a minute for the same one, at most. */
  readonly onUnknown?: (address: Ipv4) => void;
  /** Called once if the thread cannot have its higher priority, with the errno's name. */
  readonly onUsualPriority?: (reason: string) => void;
  /** Called once if the thread ends although nobody stopped it. */
  readonly onFailure: (fault: ThreadFault) => void;
}

/**
 * The main thread's end of the resolver: opens its sockets, starts and stops its thread, hands lease changes over.
 *
 * While a worker blocks in a read, process.exit(), an uncaught exception and terminate() all hang (Node 20). So every
 * end of the process sets a flag and pokes the thread out of its read: `stop` does, and so does the exit handler.
 */
export class ResolverHandle {
  readonly counters = new Counters();
  /** What the kernel granted of MISS_BUFFER_BYTES. */
  readonly receiveBytes: number;
  /** Pokes that the kernel had no memory for. */
  lostPokes = 0;
  readonly #missDescriptor: number;
  readonly #routeDescriptor: number;
  readonly #misses: Transport;
  readonly #worker: Worker;
  readonly #controlMemory = new SharedArrayBuffer(CONTROL_SLOTS * Int32Array.BYTES_PER_ELEMENT);
  readonly #control = new Int32Array(this.#controlMemory);
  readonly #waiting = new Map<number, Waiting>();
  readonly #poke = pokeMessage(POKE);
  readonly #onExit = () => this.#tellToStop();
  readonly #ended: Promise<void>;
  #fault: ThreadFault | undefined;
  #nextId = 1;
  #stopping = false;

  /** @throws KernelFault when a socket cannot be opened */
  constructor(options: ResolverOptions) {
    const { ifindex, network, maximum, waitMilliseconds = WAIT_MS } = options;
    const wanted = options.receiveBytes ?? MISS_BUFFER_BYTES;
    this.#routeDescriptor = openRouteSocket();
    const { descriptor, receiveBytes } = openMissSocket(ifindex, wanted, waitMilliseconds);
    this.#missDescriptor = descriptor;
    this.receiveBytes = receiveBytes;
    this.#misses = descriptorTransport(descriptor);
    const workerData: ResolverStart = {
      ifindex,
      network,
      maximum,
      missDescriptor: descriptor,
      routeDescriptor: this.#routeDescriptor,
      counters: this.counters.memory,
      control: this.#controlMemory,
    };
    this.#worker = new Worker(new URL('./resolver-thread.js', import.meta.url), { workerData });
    this.#worker.on('message', (message: ResolverMessage) => this.#hear(message, options));
    this.#ended = this.#watch(options.onFailure);
    process.on('exit', this.#onExit);
  }

  /**
   * Hands lease changes to the resolver. Resolves when the neighbours that exist follow them.
   *
   * @throws ThreadFault when the resolver ends before it has done so
   */
  apply(changes: readonly SubnetChange[], complete: boolean): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) {
        reject(this.#fault);
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, changes, complete } satisfies LeasesMessage);
      Atomics.add(this.#control, POSTED, 1);
      this.#pokeThread();
    });
  }

  /** Ends the thread and then closes its sockets: one that is closed under its reader goes on being read. */
  async stop(): Promise<void> {
    this.#tellToStop();
    await this.#ended;
    process.off('exit', this.#onExit);
    closeSocket(this.#missDescriptor);
    closeSocket(this.#routeDescriptor);
  }

  #tellToStop(): void {
    this.#stopping = true;
    Atomics.store(this.#control, STOP, 1);
    this.#pokeThread();
  }

  /** A poke that is lost is counted and costs what is left of the read's time-out: the thread looks after each read. */
  #pokeThread(): void {
    try {
      this.#misses.send(this.#poke);
    } catch {
      this.lostPokes += 1;
    }
  }

  #hear(message: ResolverMessage, options: ResolverOptions): void {
    switch (message.kind) {
      case 'running':
        this.#prefer(message.threadId, options);
        break;
      case 'unknown':
        options.onUnknown?.(message.address);
        break;
      case 'rewritten':
        this.#waiting.get(message.id)?.resolve();
        this.#waiting.delete(message.id);
        break;
    }
  }

  #prefer(threadId: number, { onUsualPriority }: ResolverOptions): void {
    const refusal = this.#stopping ? undefined : preferThread(threadId);
    if (refusal !== undefined) {
      onUsualPriority?.(refusal);
    }
  }

  /** An error event is always followed by the exit event, so everything hangs on the latter. */
  #watch(onFailure: ResolverOptions['onFailure']): Promise<void> {
    let cause: unknown;
    this.#worker.on('error', (error) => {
      cause = error;
    });
    return new Promise((resolve) => {
      this.#worker.on('exit', () => {
        const fault = new ThreadFault('resolver thread', 'ended', 'to run as long as the agent', cause);
        this.#fault = fault;
        for (const { reject } of this.#waiting.values()) {
          reject(fault);
        }
        this.#waiting.clear();
        if (!this.#stopping) {
          onFailure(fault);
        }
        resolve();
      });
    });
  }
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (fault: ThreadFault) => void;
}
