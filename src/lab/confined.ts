import { existsSync } from 'node:fs';
import { runCommand } from './command.ts';
import { LabFault } from './lab-fault.ts';

/** The command that confines what is put behind it to these processors. */
export function confinedTo(...processors: number[]): [program: string, ...args: string[]] {
  return ['taskset', '--cpu-list', processors.join()];
}

/** A thread that ends meanwhile makes the command fail; the next look does not find it. */
const TRIES = 3;

/** Confines all threads of a process; one that has ended needs nothing. @throws LabFault when it cannot be */
export async function confine(pid: number, processor: number): Promise<void> {
  for (let left = TRIES; left > 0; left--) {
    try {
      await runCommand('taskset', ['--all-tasks', '--cpu-list', '--pid', String(processor), String(pid)]);
      return;
    } catch (error) {
      if (!existsSync(`/proc/${pid}`)) {
        return;
      }
      if (!(error instanceof LabFault) || left === 1) {
        throw error;
      }
    }
  }
}

/** Confines the main thread of a process; its other threads stay where they are. @throws LabFault */
export async function confineMainThread(pid: number, processor: number): Promise<void> {
  await runCommand('taskset', ['--cpu-list', '--pid', String(processor), String(pid)]);
}
