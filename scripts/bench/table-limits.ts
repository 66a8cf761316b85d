import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BenchFault } from './bench-fault.ts';

const NAMES = ['gc_thresh1', 'gc_thresh2', 'gc_thresh3'] as const;

const markSchema = z.object({ pid: z.int().positive(), values: z.record(z.enum(NAMES), z.string()) });

export interface Places {
  /** Where the sysctls are. */
  readonly folder: string;
  /** The file that keeps what they were while they are raised; it survives this process, but not a restart. */
  readonly mark: string;
}

const PLACES: Places = {
  folder: '/proc/sys/net/ipv4/neigh/default',
  mark: '/run/l3missd-bench-gc-thresh.json',
};

/**
 * The limits of the neighbour table, gc_thresh1 to 3. There is one table for the whole machine, so they are raised for
 * as short as possible and put back on every exit; after a kill that nothing can catch, the next run puts them back.
 * Everything is synchronous: an exit handler can wait for nothing.
 */
export class TableLimits {
  readonly #places: Places;
  #raised = false;

  constructor(places = PLACES) {
    this.#places = places;
    process.on('exit', () => this.restore());
  }

  /** Why they cannot be raised here; undefined where they can. Other namespaces than the initial have no such files. */
  get outOfReach(): string | undefined {
    try {
      accessSync(join(this.#places.folder, 'gc_thresh3'), constants.W_OK);
      return undefined;
    } catch {
      return 'the limits of the neighbour table (gc_thresh) can be raised only by root in the initial namespace';
    }
  }

  /**
   * Puts back what a run left that was killed.
   *
   * @returns whether there was something to put back
   * @throws BenchFault when the run that raised them is still there
   */
  restoreAfterKill(): boolean {
    if (this.outOfReach !== undefined || !existsSync(this.#places.mark)) {
      return false;
    }
    const { pid } = this.#readMark();
    if (pid !== process.pid && isBenchmark(pid)) {
      throw new BenchFault('benchmark', `another run raised gc_thresh (process ${pid})`, 'one run at a time');
    }
    this.#putBack();
    return true;
  }

  /** Raises all three to `entries`, unless they are as high. */
  raise(entries: number): void {
    const values = Object.fromEntries(NAMES.map((name) => [name, this.#read(name)]));
    // The mark comes first: what is raised without it could never be put back.
    writeFileSync(this.#places.mark, JSON.stringify({ pid: process.pid, values }), {
      flag: 'wx',
      mode: 0o600,
    });
    this.#raised = true;
    for (const name of NAMES.toReversed()) {
      if (Number(this.#read(name)) < entries) {
        writeFileSync(join(this.#places.folder, name), String(entries));
      }
    }
  }

  /** Puts back what `raise` found; does nothing when nothing is raised by this process. */
  restore(): void {
    if (this.#raised) {
      this.#putBack();
      this.#raised = false;
    }
  }

  #putBack(): void {
    const { values } = this.#readMark();
    for (const name of NAMES) {
      writeFileSync(join(this.#places.folder, name), values[name]);
    }
    rmSync(this.#places.mark);
  }

  #readMark() {
    return markSchema.parse(JSON.parse(readFileSync(this.#places.mark, 'utf8')));
  }

  #read(name: string): string {
    return readFileSync(join(this.#places.folder, name), 'utf8').trim();
  }
}

/** The number may have gone to another process meanwhile, which then is no benchmark. */
function isBenchmark(pid: number): boolean {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) && readFileSync(file, 'utf8').includes('bench');
}
