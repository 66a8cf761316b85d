import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabFault } from './lab-fault.ts';

/**
 * A lab's name carries the pid of the process that raised it. All its namespaces begin with the name and a hyphen,
 * and its folder bears the name, so that a lab whose process died can be found and removed.
 */
const PATTERN = /^l3m-(\d+)(\.\d+)?$/;

/** The file that marks the folder of a lab that stays up after its process; scripts/demo reads it. */
export const KEPT = 'kept';

/**
 * Takes a name that no lab has, by making its folder: `l3m-<pid>`, or `l3m-<pid>.2` for a process's second lab.
 *
 * @throws LabFault when no folder can be made
 */
export function reserveLabName(folderOfLabs = tmpdir()): { name: string; folder: string } {
  for (let number = 1; number < 1000; number++) {
    const name = number === 1 ? `l3m-${process.pid}` : `l3m-${process.pid}.${number}`;
    const folder = join(folderOfLabs, name);
    if (madeFolder(folder)) {
      return { name, folder };
    }
  }
  throw new LabFault(folderOfLabs, 'a thousand labs of this process', 'at most 999');
}

/** Tells whether a namespace belongs to the lab. */
export function isOfLab(namespaceName: string, labName: string): boolean {
  return namespaceName.startsWith(`${labName}-`);
}

export interface FoundLab {
  readonly name: string;
  readonly folder: string;
  readonly kept: boolean;
  /** Its process is gone. */
  readonly orphan: boolean;
}

/** The labs that have a folder of this user's; other users' labs are theirs. */
export function findLabs(folderOfLabs = tmpdir()): FoundLab[] {
  return readdirSync(folderOfLabs).flatMap((name) => {
    const pid = Number(PATTERN.exec(name)?.[1]);
    const folder = join(folderOfLabs, name);
    if (Number.isNaN(pid) || statSync(folder, { throwIfNoEntry: false })?.uid !== process.getuid?.()) {
      return [];
    }
    const kept = statSync(join(folder, KEPT), { throwIfNoEntry: false }) !== undefined;
    return [{ name, folder, kept, orphan: !isAlive(pid) }];
  });
}

function madeFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      return false;
    }
    throw new LabFault(folder, 'a folder that cannot be made', 'a folder for temporary files', error);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that the process is there but somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
