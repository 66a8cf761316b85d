import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { MirrorCopy } from './mirror-copy.ts';
import { encodeMirrorCopy } from './mirror-format.ts';
import { replaceMirrorFile } from './replace-mirror-file.ts';

export interface MirrorFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Puts the bytes at the path; replaceMirrorFile unless told. */
  readonly replace?: (path: string, bytes: Buffer) => Promise<void>;
}

export interface MirrorFileStatus {
  readonly writes: number;
  readonly failures: number;
  /** Wall clock, milliseconds, of what this process wrote last. */
  readonly writtenAt?: number;
  /** Why the last attempt failed; absent when it did not. */
  readonly failing?: string;
}

/** Leases may change a hundred times a second; what a restart misses by this pause, it learns from etcd. */
const PAUSE_MS = 5000;
const PAUSE_AFTER_FAILURE_MS = 60_000;

/**
 * Keeps the copy of the mirror on disk: what was noted last, at once or as soon as the pause since the last write is
 * over. A write that fails is counted, logged once per reason, and tried again.
 */
export class MirrorFile {
  readonly #options: MirrorFileOptions;
  readonly #stop = new AbortController();
  readonly #told = new Set<string>();
  #noted: (() => MirrorCopy) | undefined;
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  #writes = 0;
  #failures = 0;
  #writtenAt: number | undefined;
  #failing: string | undefined;

  constructor(options: MirrorFileOptions) {
    this.#options = options;
  }

  /** Writes what is noted until stopped. Rejects only when a noted copy cannot be taken. */
  run(): Promise<void> {
    this.#running = this.#loop();
    return this.#running;
  }

  /** Takes note that the mirror changed. `take` is called when it is written, and only that of the last note. */
  note(take: () => MirrorCopy): void {
    this.#noted = take;
    this.#wake();
  }

  /** Writes what is noted still, and resolves when `run()` has ended. Later notes are not written. */
  stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    return this.#running;
  }

  status(): MirrorFileStatus {
    return {
      writes: this.#writes,
      failures: this.#failures,
      ...(this.#writtenAt === undefined ? {} : { writtenAt: this.#writtenAt }),
      ...(this.#failing === undefined ? {} : { failing: this.#failing }),
    };
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#untilNoted();
      await this.#writeNoted();
      const pause = this.#failing === undefined ? PAUSE_MS : PAUSE_AFTER_FAILURE_MS;
      await this.#options.clock.sleep(pause, signal);
    }
    await this.#writeNoted();
  }

  #untilNoted(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#noted === undefined) {
        this.#wake = resolve;
      } else {
        resolve();
      }
    });
  }

  async #writeNoted(): Promise<void> {
    const { path, clock, replace = replaceMirrorFile } = this.#options;
    const take = this.#noted;
    if (take === undefined) {
      return;
    }
    this.#noted = undefined;
    const writtenAt = clock.wall();
    const bytes = encodeMirrorCopy(take(), writtenAt);
    try {
      await replace(path, bytes);
      this.#writes += 1;
      this.#writtenAt = writtenAt;
      this.#failing = undefined;
    } catch (error) {
      // Only if nothing newer was noted meanwhile.
      this.#noted ??= take;
      this.#noteFailure(error);
    }
  }

  #noteFailure(err: unknown): void {
    const { path, log } = this.#options;
    this.#failures += 1;
    this.#failing = describeError(err);
    if (!this.#told.has(this.#failing)) {
      this.#told.add(this.#failing);
      log.warn(
        { err, file: path },
        'the copy of the leases cannot be written: a start without etcd would know less than it could',
      );
    }
  }
}
