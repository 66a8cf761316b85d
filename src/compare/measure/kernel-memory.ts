import { readFileSync } from 'node:fs';
import { systemClock } from '../../base/clock.ts';
import { codeOf } from '../../base/errno.ts';
import { CompareFault } from '../compare-fault.ts';
import type { Stand } from '../stand.ts';

const SLABS = '/proc/slabinfo';
/** The kernel frees what was removed after a grace period (RCU), in the background. */
const SETTLE_MS = 100;

/** Why the kernel's memory cannot be measured here; undefined where it can. */
export function slabsOutOfReach(): string | undefined {
  try {
    slabKiB(readFileSync(SLABS, 'utf8'));
    return undefined;
  } catch (error) {
    const why = codeOf(error) ?? (error instanceof CompareFault ? error.message : undefined);
    if (why === undefined) {
      throw error;
    }
    return `Kernel memory: ${SLABS} can be read by root alone, outside of a user namespace (${why}).`;
  }
}

/**
 * Removes the stand's device and tells by how many KiB the kernel's slab caches shrank.
 *
 * @throws CompareFault when the statistics cannot be read
 */
export async function memoryFreedWithDevice(stand: Stand): Promise<number> {
  const { signal } = stand.host.namespace.gate;
  await systemClock.sleep(SETTLE_MS, signal);
  const before = slabKiB(readFileSync(SLABS, 'utf8'));
  await stand.removeDevice();
  await systemClock.sleep(SETTLE_MS, signal);
  return before - slabKiB(readFileSync(SLABS, 'utf8'));
}

/**
 * What the objects of all caches take, in KiB.
 *
 * @param text of /proc/slabinfo (slabinfo(5))
 * @throws CompareFault when it is not that
 */
export function slabKiB(text: string): number {
  const [version = '', , ...lines] = text.trimEnd().split('\n');
  const bytes = lines.map((line) => {
    const [, active, , size] = line.split(/\s+/);
    return Number(active) * Number(size);
  });
  const total = bytes.reduce((sum, one) => sum + one, 0);
  if (!version.startsWith('slabinfo - version: 2') || Number.isNaN(total)) {
    throw new CompareFault(SLABS, JSON.stringify(version), 'version 2');
  }
  return total / 1024;
}
