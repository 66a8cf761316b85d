import { Worker } from 'node:worker_threads';
import { CONTROL_SLOTS, POSTED, STOP } from './blocking-loop.ts';
import { POKE, pokeMessage } from './poke.ts';
import { closeSocket } from './sockets.ts';
import { ThreadFault } from './thread-fault.ts';
import { descriptorTransport, type Transport } from './transport.ts';

/** A thread that is to end and does not is poked again, in milliseconds. */
const POKE_AGAIN_MS = 100;

export interface BlockingThreadOptions<Heard> {
  /** As a failure calls it: `resolver thread`. */
  readonly name: string;
  readonly script: URL;
  /** What the script finds in `workerData`, beside `control`. */
  readonly start: object;
  /** The socket that the thread reads: a poke is written to it. */
  readonly descriptor: number;
  /** Further sockets that it uses; all are closed when it has ended. */
  readonly otherDescriptors: readonly number[];
  readonly onMessage: (message: Heard) => void;
  /** Called once when the thread ends, whether it was told to or not. */
  readonly onEnd: (fault: ThreadFault, wasStopped: boolean) => void;
}

/**
 * The main thread's end of a thread that blocks in reads of a netlink socket.
 *
 * While a worker blocks in a read, process.exit(), an uncaught exception and terminate() all hang (Node 20). So every
 * end of the process sets a flag and pokes the thread out of its read: `stop` does, and so does the exit handler.
 */
export class BlockingThread<Posted, Heard> {
  /** Pokes that the kernel had no memory for. */
  lostPokes = 0;
  readonly #options: BlockingThreadOptions<Heard>;
  readonly #socket: Transport;
  readonly #worker: Worker;
  readonly #control = new SharedArrayBuffer(CONTROL_SLOTS * Int32Array.BYTES_PER_ELEMENT);
  readonly #words = new Int32Array(this.#control);
  readonly #poke = pokeMessage(POKE);
  readonly #onExit = () => this.#tellToStop();
  readonly #ended: Promise<void>;
  #stopping = false;

  constructor(options: BlockingThreadOptions<Heard>) {
    this.#options = options;
    this.#socket = descriptorTransport(options.descriptor);
    this.#worker = new Worker(options.script, { workerData: { ...options.start, control: this.#control } });
    this.#worker.on('message', options.onMessage);
    this.#ended = this.#watch();
    process.on('exit', this.#onExit);
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  post(message: Posted): void {
    this.#worker.postMessage(message);
    Atomics.add(this.#words, POSTED, 1);
    this.#pokeThread();
  }

  /** Ends the thread and then closes its sockets: one that is closed under its reader goes on being read. */
  async stop(): Promise<void> {
    this.#tellToStop();
    const again = setInterval(() => this.#pokeThread(), POKE_AGAIN_MS);
    await this.#ended;
    clearInterval(again);
    process.off('exit', this.#onExit);
    for (const descriptor of [this.#options.descriptor, ...this.#options.otherDescriptors]) {
      closeSocket(descriptor);
    }
  }

  #tellToStop(): void {
    this.#stopping = true;
    Atomics.store(this.#words, STOP, 1);
    Atomics.add(this.#words, POSTED, 1);
    this.#pokeThread();
  }

  /** A poke that is lost is counted and costs what is left of the read's time-out: the thread looks after each read. */
  #pokeThread(): void {
    try {
      this.#socket.send(this.#poke);
    } catch {
      this.lostPokes += 1;
    }
  }

  /** An error event is always followed by the exit event, so everything hangs on the latter. */
  #watch(): Promise<void> {
    const { name, onEnd } = this.#options;
    let cause: unknown;
    this.#worker.on('error', (error) => {
      cause = error;
    });
    return new Promise((resolve) => {
      this.#worker.on('exit', () => {
        onEnd(new ThreadFault(name, 'ended', 'to run as long as the agent', cause), this.#stopping);
        resolve();
      });
    });
  }
}
