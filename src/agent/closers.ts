import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';

/** What has to be closed at the end, in the reverse order of its opening. */
export class Closers {
  readonly #log: Log;
  readonly #closers: { readonly name: string; readonly close: () => unknown }[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  add(name: string, close: () => unknown): void {
    this.#closers.push({ name, close });
  }

  /** Closes everything; a failure is reported in the log and keeps nothing else from being closed. */
  async closeAll(): Promise<void> {
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      try {
        await closer.close();
      } catch (error) {
        this.#log.warn({ what: closer.name, reason: describeError(error) }, 'could not be closed cleanly');
      }
    }
  }
}
