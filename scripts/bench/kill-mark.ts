import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { BenchFault } from './bench-fault.ts';

/**
 * What a run found of the machine before it changed that, in a file that survives a kill, but not a restart of the
 * machine. Everything is synchronous: an exit handler can wait for nothing.
 */
export class KillMark<T> {
  readonly #file: string;
  readonly #changed: string;
  readonly #schema: z.ZodType<{ pid: number; found: T }>;

  /** @param changed what the run changed, as a failure calls it: `gc_thresh` */
  constructor(file: string, changed: string, schema: z.ZodType<T>) {
    this.#file = file;
    this.#changed = changed;
    this.#schema = z.object({ pid: z.int().positive(), found: schema });
  }

  /** To be called before anything is changed: what is changed without it could never be put back. */
  leave(found: T): void {
    writeFileSync(this.#file, JSON.stringify({ pid: process.pid, found }), { flag: 'wx', mode: 0o600 });
  }

  /**
   * Whether a run left it that was killed.
   *
   * @throws BenchFault when the run that left it is still there
   */
  get isOrphaned(): boolean {
    if (!existsSync(this.#file)) {
      return false;
    }
    const { pid } = this.#read();
    if (pid !== process.pid && isBenchmark(pid)) {
      const found = `another run changed ${this.#changed} (process ${pid})`;
      throw new BenchFault('benchmark', found, 'one run at a time');
    }
    return true;
  }

  get found(): T {
    return this.#read().found;
  }

  remove(): void {
    rmSync(this.#file);
  }

  #read(): { pid: number; found: T } {
    return this.#schema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
  }
}

/** The number may have gone to another process meanwhile, which then is no benchmark. */
function isBenchmark(pid: number): boolean {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) && readFileSync(file, 'utf8').includes('bench');
}
