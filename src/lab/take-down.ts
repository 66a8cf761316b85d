import { rm } from 'node:fs/promises';
import { runCommand } from './command.ts';
import { LabFault } from './lab-fault.ts';
import { findLabs, isOfLab } from './lab-name.ts';
import { waitUntil } from './wait-until.ts';

/** Milliseconds that programs get to end by themselves. */
const PATIENCE = 1500;

/**
 * Removes whatever is left of a lab: its processes, its namespaces, its folder. It goes by the name alone, so it
 * serves a lab that is up, one that was half raised and one whose process was killed; a second time does nothing.
 * Devices, bridges and sockets end with their namespaces.
 *
 * @throws LabFault when something stays
 */
export async function takeDownLab(name: string, folder: string): Promise<void> {
  const namespaces = await namespacesOfLab(name);
  await endProcesses(namespaces);
  for (const namespace of namespaces) {
    await runCommand('ip', ['netns', 'delete', namespace]);
  }
  await rm(folder, { recursive: true, force: true });
  const left = await namespacesOfLab(name);
  if (left.length > 0) {
    throw new LabFault(`lab ${name}`, `namespaces left: ${left.join(' ')}`, 'none');
  }
}

/**
 * Takes down the labs of this user whose process is gone, but not those that were kept on purpose.
 *
 * @returns the names of the labs that were taken down
 * @throws LabFault
 */
export async function takeDownOrphans(): Promise<string[]> {
  const labs = findLabs().filter((lab) => lab.orphan && !lab.kept);
  for (const lab of labs) {
    await takeDownLab(lab.name, lab.folder);
  }
  return labs.map((lab) => lab.name);
}

/**
 * Takes down a lab that was kept.
 *
 * @throws LabFault
 */
export async function takeDownKept(name: string): Promise<void> {
  const lab = findLabs().find((candidate) => candidate.name === name && candidate.kept);
  if (lab === undefined) {
    throw new LabFault('lab', JSON.stringify(name), 'the name of a lab of yours that was kept');
  }
  await takeDownLab(lab.name, lab.folder);
}

/** @throws LabFault */
export async function namespacesOfLab(name: string): Promise<string[]> {
  const listed = await runCommand('ip', ['netns', 'list']);
  return listed
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((namespace) => isOfLab(namespace, name));
}

async function endProcesses(namespaces: readonly string[]): Promise<void> {
  await signalAll(namespaces, 'SIGTERM');
  const end = Date.now() + PATIENCE;
  await waitUntil('processes of the lab', async () => {
    const left = await signalAll(namespaces, Date.now() > end ? 'SIGKILL' : 0);
    return left === 0;
  });
}

/** Signals every process in the namespaces (0 only counts them) and gives their number. */
async function signalAll(namespaces: readonly string[], signal: NodeJS.Signals | 0): Promise<number> {
  let count = 0;
  for (const namespace of namespaces) {
    for (const pid of (await runCommand('ip', ['netns', 'pids', namespace])).split('\n').filter(Boolean)) {
      count += isSignalled(Number(pid), signal) ? 1 : 0;
    }
  }
  return count;
}

function isSignalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') {
      return false;
    }
    throw new LabFault(`process ${pid}`, 'it cannot be ended', 'a process of the lab', error);
  }
}
