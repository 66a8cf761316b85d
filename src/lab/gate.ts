import { setMaxListeners } from 'node:events';
import { LabFault } from './lab-fault.ts';

/**
 * What a lab does to the machine passes through its gate, so that taking down cannot race with raising: once closed,
 * nothing new starts, what runs is told to end, and `close` resolves when the last of it has.
 */
export class Gate {
  readonly #closing = new AbortController();
  readonly #inside = new Set<Promise<unknown>>();

  constructor() {
    // Node warns of a leak above ten: each program and each pause inside listens, and there may be any number at once.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Aborts when the gate closes. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Runs `work` unless the gate is closed.
   *
   * @throws LabFault when it is closed
   */
  async pass<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#closing.signal.aborted) {
      throw new LabFault('lab', 'it is being taken down', 'a lab that is up');
    }
    const running = work(this.#closing.signal);
    this.#inside.add(running);
    try {
      return await running;
    } finally {
      this.#inside.delete(running);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#inside);
  }
}
