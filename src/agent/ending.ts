import { describeError, Fault } from '../base/fault.ts';
import type { Log } from '../base/log.ts';

/** Exit codes of the daemon: stopped as asked, or anything else. */
export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;

/**
 * The end of the daemon, reached once: by a signal, or by something that it cannot go on without. Everything that
 * waits looks at `signal`.
 */
export class Ending {
  readonly #controller = new AbortController();
  readonly #log: Log;
  #exitCode = EXIT_OK;

  constructor(log: Log) {
    this.#log = log;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get exitCode(): number {
    return this.#exitCode;
  }

  /** Resolves when the end is reached. */
  reached(): Promise<void> {
    return new Promise((resolve) => {
      if (this.signal.aborted) {
        resolve();
      } else {
        this.signal.addEventListener('abort', () => resolve(), { once: true });
      }
    });
  }

  /** Ends the daemon as asked. */
  stop(reason: string): void {
    if (!this.signal.aborted) {
      this.#log.info({ reason }, 'stopping; device, entries and lease stay in place');
      this.#controller.abort();
    }
  }

  /** Ends the daemon because it cannot go on. The first failure is what is told; later ones are its echoes. */
  fail(error: unknown): void {
    if (this.signal.aborted) {
      this.#log.debug({ reason: describeError(error) }, 'another failure while stopping');
      return;
    }
    this.#exitCode = EXIT_FAILURE;
    this.#log.error(error instanceof Fault ? {} : { err: error }, describeError(error));
    this.#controller.abort();
  }
}
