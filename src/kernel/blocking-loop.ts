import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { ThreadFault } from './thread-fault.ts';

/** Slots of the words that a blocking thread shares with main. */
export const STOP = 0;
/** Grows with every message posted, and with STOP: the thread looks at it after each read, so a lost poke delays little. */
export const POSTED = 1;
export const CONTROL_SLOTS = 2;

export interface BlockingLoop<T> {
  /** Where main says what to do, see STOP and POSTED. */
  readonly control: SharedArrayBuffer;
  readonly port: MessagePort;
  /** Blocks in one read, for a bounded time, and deals with what it brought. */
  readonly step: () => void;
  /** Deals with a message that main posted. */
  readonly take: (message: T) => void;
}

/**
 * The port to main of this worker thread.
 *
 * @param thing the script, for the failure
 * @throws ThreadFault in a program's main thread
 */
export function portToMain(thing: string): MessagePort {
  if (parentPort === null) {
    throw new ThreadFault(thing, 'started as a program', 'a worker thread of the agent');
  }
  return parentPort;
}

/**
 * Steps until it is told to stop. The thread never returns to its event loop meanwhile, so what main posts is fetched by
 * hand.
 */
export function runBlockingLoop<T>({ control, port, step, take }: BlockingLoop<T>): void {
  const words = new Int32Array(control);
  let posted = 0;
  // A function of its own, because V8 optimises what is called often, and a loop that never ends only with luck.
  const turn = () => {
    step();
    const now = Atomics.load(words, POSTED);
    if (now === posted) {
      return true;
    }
    posted = now;
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      take(next.message);
    }
    return Atomics.load(words, STOP) === 0;
  };
  while (turn());
}
