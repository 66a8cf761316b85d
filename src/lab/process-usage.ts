import { readFileSync } from 'node:fs';
import { LabFault } from './lab-fault.ts';

/** Clock ticks in a second as /proc counts them: 100 on every architecture that Node runs on (USER_HZ). */
export const TICKS_PER_SECOND = 100;

/**
 * The processor time that a process used up to now, in seconds; a multiple of 0.01.
 *
 * @param stat the text of /proc/PID/stat
 * @throws LabFault
 */
export function processorSeconds(stat: string): number {
  // The second field is the program's name in parentheses, which may hold anything; user and system time are the
  // 14th and 15th (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (Number.isNaN(ticks)) {
    throw new LabFault('/proc/PID/stat', JSON.stringify(stat), 'fields as in proc(5)');
  }
  return ticks / TICKS_PER_SECOND;
}

export function processorSecondsOf(pid: number): number {
  return processorSeconds(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** Resident memory in MiB at this moment, from the text of /proc/PID/status. */
export function residentMiB(status: string): number {
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) {
    throw new LabFault('/proc/PID/status', JSON.stringify(status), 'a line with VmRSS');
  }
  return Number(kilobytes) / 1024;
}

export function residentMiBOf(pid: number): number {
  return residentMiB(readFileSync(`/proc/${pid}/status`, 'utf8'));
}
