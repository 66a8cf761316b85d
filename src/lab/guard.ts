import { describeError } from '../base/fault.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What must be undone before the process may end. */
export interface Undoable {
  takeDown(): Promise<void>;
}

export interface GuardOptions {
  /** Stand also before exceptions and rejections that nobody caught; node:test wants those for itself. */
  readonly crashes: boolean;
}

/**
 * Takes a lab down when a signal is about to end the process, or an error that nobody caught; then lets the signal
 * end it, or exits with status 1. What comes after the first is ignored: it would leave half a lab behind, and
 * errors are to be expected of whoever uses a lab that is going down.
 */
export class Guard {
  readonly #lab: Undoable;
  #ending = false;

  constructor(lab: Undoable, options: GuardOptions) {
    this.#lab = lab;
    for (const signal of SIGNALS) {
      process.on(signal, this.#onSignal);
    }
    if (options.crashes) {
      process.on('uncaughtException', this.#onCrash);
    }
  }

  /** A signal or an error is ending the process. */
  get ending(): boolean {
    return this.#ending;
  }

  /** Takes the guard off. */
  off(): void {
    for (const signal of SIGNALS) {
      process.off(signal, this.#onSignal);
    }
    process.off('uncaughtException', this.#onCrash);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#end(() => {
      this.off();
      process.kill(process.pid, signal);
    });
  };

  readonly #onCrash = (error: unknown): void => {
    if (!this.#ending) {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    }
    this.#end(() => process.exit(1));
  };

  #end(finish: () => void): void {
    if (!this.#ending) {
      this.#ending = true;
      void takeDownAloud(this.#lab).then(finish);
    }
  }
}

async function takeDownAloud(lab: Undoable): Promise<void> {
  try {
    await lab.takeDown();
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
  }
}
