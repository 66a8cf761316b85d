import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { KillMark } from './kill-mark.ts';

const NAMES = ['gc_thresh1', 'gc_thresh2', 'gc_thresh3'] as const;

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
  readonly #folder: string;
  readonly #mark: KillMark<Record<(typeof NAMES)[number], string>>;
  #raised = false;

  constructor({ folder, mark }: Places = PLACES) {
    this.#folder = folder;
    this.#mark = new KillMark(mark, 'gc_thresh', z.record(z.enum(NAMES), z.string()));
    process.on('exit', () => this.restore());
  }

  /** Why they cannot be raised here; undefined where they can. Other namespaces than the initial have no such files. */
  get outOfReach(): string | undefined {
    try {
      accessSync(join(this.#folder, 'gc_thresh3'), constants.W_OK);
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
    if (this.outOfReach !== undefined || !this.#mark.isOrphaned) {
      return false;
    }
    this.#putBack();
    return true;
  }

  /** Raises all three to `entries`, unless they are as high. */
  raise(entries: number): void {
    const [low, middle, high] = NAMES;
    this.#mark.leave({
      [low]: this.#read(low),
      [middle]: this.#read(middle),
      [high]: this.#read(high),
    });
    this.#raised = true;
    for (const name of NAMES.toReversed()) {
      if (Number(this.#read(name)) < entries) {
        writeFileSync(join(this.#folder, name), String(entries));
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
    const { found } = this.#mark;
    for (const name of NAMES) {
      writeFileSync(join(this.#folder, name), found[name]);
    }
    this.#mark.remove();
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8').trim();
  }
}
