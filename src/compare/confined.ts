import { existsSync } from 'node:fs';
import { runCommand } from '../lab/command.ts';
import { LabFault } from '../lab/lab-fault.ts';

/** The command that confines what is put behind it to a processor. */
export function confinedTo(processor: number): string[] {
  return ['taskset', '--cpu-list', String(processor)];
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
