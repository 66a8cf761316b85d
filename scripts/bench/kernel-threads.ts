import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { codeOf } from '../../src/base/errno.ts';
import type { Placement } from '../../src/lab/machine.ts';
import { BenchFault } from './bench-fault.ts';
import { KillMark } from './kill-mark.ts';

/** The processors of unbound workqueues, as a mask in hexadecimal (Documentation/core-api/workqueue.rst). */
const WORKQUEUES = '/sys/devices/virtual/workqueue/cpumask';
const MARK = '/run/l3missd-bench-kernel-threads.json';

/** The parent of all threads of the kernel. */
const KTHREADD = 2;
/** Flag of a thread whose processors nobody may change (include/linux/sched.h). */
const PF_NO_SETAFFINITY = 0x04000000;

const foundSchema = z.object({
  workqueues: z.string(),
  threads: z.array(z.object({ id: z.int().positive(), processors: z.string() })),
});
type Found = z.infer<typeof foundSchema>;

/**
 * The kernel's own threads that may run on any processor: a kernel that is not preemptible lets one of them (kdamond, which
 * looks for idle memory) keep a processor for 2 to 4 ms, and a few of those a second decide every p99. While the benchmark
 * runs they stay away from the processor that answers; they are put back as `TableLimits` are.
 */
export class KernelThreads {
  readonly #mark: KillMark<Found>;
  #moved = false;

  constructor(mark = MARK) {
    this.#mark = new KillMark(mark, 'where threads of the kernel run', foundSchema);
    process.on('exit', () => this.restore());
  }

  /** Whether they can be moved: only by root in the initial namespace. */
  get isInReach(): boolean {
    try {
      accessSync(WORKQUEUES, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Puts back what a run left that was killed.
   *
   * @returns whether there was something to put back
   * @throws BenchFault when the run that moved them is still there
   */
  restoreAfterKill(): boolean {
    if (!this.isInReach || !this.#mark.isOrphaned) {
      return false;
    }
    this.#putBack();
    return true;
  }

  /**
   * Moves them to the processor of the traffic; does nothing where that answers, too, or they cannot be moved.
   *
   * @returns whether they were moved
   */
  leave({ traffic, agent }: Placement): boolean {
    if (traffic === agent || !this.isInReach) {
      return false;
    }
    const threads = movableThreads().filter(({ processors }) => processors !== String(traffic));
    this.#mark.leave({ workqueues: readFileSync(WORKQUEUES, 'utf8').trim(), threads });
    this.#moved = true;
    writeFileSync(WORKQUEUES, maskOf(traffic));
    for (const { id } of threads) {
      move(id, String(traffic));
    }
    return true;
  }

  /** Puts back what `leave` found; does nothing when this process moved nothing. */
  restore(): void {
    if (this.#moved) {
      this.#putBack();
      this.#moved = false;
    }
  }

  #putBack(): void {
    const { workqueues, threads } = this.#mark.found;
    writeFileSync(WORKQUEUES, workqueues);
    for (const { id, processors } of threads) {
      move(id, processors);
    }
    this.#mark.remove();
  }
}

/** The threads of the kernel that may be moved, and the processors that they may use (proc(5)). */
export function movableThreads(): Found['threads'] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const processors = isMovable(name)
        ? /^Cpus_allowed_list:\s*(\S+)$/m.exec(readOf(name, 'status'))?.[1]
        : undefined;
      return processors === undefined ? [] : [{ id: Number(name), processors }];
    });
}

function isMovable(name: string): boolean {
  // A name may contain anything, and what follows its last parenthesis are numbers.
  const stat = readOf(name, 'stat');
  const [, parent, , , , , flags] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(parent) === KTHREADD && (Number(flags) & PF_NO_SETAFFINITY) === 0;
}

/** Empty when the thread has ended meanwhile. */
function readOf(name: string, file: string): string {
  try {
    return readFileSync(`/proc/${name}/${file}`, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') {
      return '';
    }
    throw error;
  }
}

/** @throws BenchFault when a thread that is there cannot be moved */
function move(id: number, processors: string): void {
  const { status, stderr, error } = spawnSync('taskset', ['--cpu-list', '--pid', processors, String(id)]);
  if (status !== 0 && readOf(String(id), 'stat') !== '') {
    const found = error?.message ?? stderr.toString().trim();
    throw new BenchFault(`thread ${id} of the kernel`, found, 'to be moved by taskset', error);
  }
}

/** Groups of 32 bits, the highest first. */
function maskOf(processor: number): string {
  const zeroes = ',00000000'.repeat(Math.floor(processor / 32));
  return ((1 << (processor % 32)) >>> 0).toString(16) + zeroes;
}
