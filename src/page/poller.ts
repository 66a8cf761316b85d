import { type Answer, ask, type Parameters, type Path } from './api.ts';
import type { Connection } from './connection.ts';
import { PageFault } from './page-fault.ts';

export interface PollerParts<P extends Path> {
  readonly path: P;
  readonly parameters?: () => Parameters;
  /** Milliseconds from an answer to the next question. */
  readonly pause: () => number;
  readonly show: (answer: Answer<P>) => void;
  /** What the daemon says when it cannot answer this question; undefined when it can. */
  readonly trouble: (text: string | undefined) => void;
  readonly connection: Connection;
}

/** Asks one question again and again. */
export class Poller<P extends Path> {
  readonly #parts: PollerParts<P>;
  #running: AbortController | undefined;

  constructor(parts: PollerParts<P>) {
    this.#parts = parts;
  }

  /** Asks at once and then again and again; what was under way is dropped. */
  start(): void {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    this.#turn(running.signal).catch(reportError);
  }

  stop(): void {
    this.#running?.abort();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { path, parameters = () => ({}), pause, show, trouble, connection } = this.#parts;
    try {
      const answer = await ask(path, parameters(), signal);
      if (!signal.aborted) {
        connection.answered();
        trouble(undefined);
        show(answer);
      }
    } catch (error) {
      if (error instanceof PageFault) {
        connection.answered();
        trouble(error.found);
      } else if (!signal.aborted) {
        connection.failed();
      }
    }
    if (!signal.aborted) {
      window.setTimeout(() => this.#turn(signal).catch(reportError), pause());
    }
  }
}
