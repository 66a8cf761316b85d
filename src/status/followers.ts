import type { MissRecord } from '../misses/recording/journal-reader.ts';

/** How often followers are told of new records, in milliseconds. */
const TELL_MS = 100;

/** What is new: the latest records, of which so many were skipped. */
export interface News {
  readonly records: readonly MissRecord[];
  readonly skipped: number;
}

export type Listener = (news: News) => void;

/** Who wants to hear of new records. */
export class Followers {
  readonly #tell: () => void;
  readonly #listeners = new Set<Listener>();
  #teller: NodeJS.Timeout | undefined;

  /** @param tell called often as long as somebody follows */
  constructor(tell: () => void) {
    this.#tell = tell;
  }

  get areThere(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls the listener with what is new from now on, until the returned function is called. */
  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#teller ??= setInterval(this.#tell, TELL_MS).unref();
    return () => {
      this.#listeners.delete(listener);
      if (!this.areThere) {
        this.stop();
      }
    };
  }

  tell(news: News): void {
    for (const listener of this.#listeners) {
      listener(news);
    }
  }

  stop(): void {
    clearInterval(this.#teller);
    this.#teller = undefined;
  }
}
