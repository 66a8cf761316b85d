import type { MissRecord } from '../misses/recording/journal-reader.ts';

/** How often new records are looked at while somebody follows them, in milliseconds. */
const LOOK_MS = 100;

/** What is new: the latest records, of which so many were skipped. */
export interface News {
  readonly records: readonly MissRecord[];
  readonly skipped: number;
}

export type Listener = (news: News) => void;

/** Who wants to hear of new records. As long as there is somebody they are looked at often. */
export class Followers {
  readonly #look: () => void;
  readonly #listeners = new Set<Listener>();
  #looker: NodeJS.Timeout | undefined;

  /** @param look looks at what is new, and tells of it */
  constructor(look: () => void) {
    this.#look = look;
  }

  get areThere(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls the listener with what is new from now on, until the returned function is called. */
  add(listener: Listener): () => void {
    this.#look();
    this.#listeners.add(listener);
    this.#looker ??= setInterval(this.#look, LOOK_MS).unref();
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
    clearInterval(this.#looker);
    this.#looker = undefined;
  }
}
