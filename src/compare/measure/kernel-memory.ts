import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { codeOf } from '../../base/errno.ts';
import { CompareFault } from '../compare-fault.ts';
import type { Stand } from '../stand.ts';

const SLABS = '/proc/slabinfo';
const CACHES = '/sys/kernel/slab';
/** Neighbours, forwarding entries and next hops come from the general caches, routes from two of their own. */
const RELEVANT = /^(kmalloc-|ip_fib)/;
/** The kernel frees what was removed after a grace period (RCU), in the background. */
const SETTLE_MS = 150;

/** Why the kernel's memory cannot be measured here; undefined where it can. */
export function slabsOutOfReach(): string | undefined {
  try {
    slabKiB(readFileSync(SLABS, 'utf8'));
    shrinkCaches();
    return undefined;
  } catch (error) {
    const why = codeOf(error) ?? (error instanceof CompareFault ? error.message : undefined);
    if (why === undefined) {
      throw error;
    }
    return `Kernel memory: the slab statistics are for root alone, outside of a user namespace (${why}).`;
  }
}

/**
 * Removes the stand's device and tells by how many KiB the caches shrank that its entries lie in.
 *
 * @throws CompareFault when the statistics cannot be read
 */
export async function memoryFreedWithDevice(stand: Stand): Promise<number> {
  const before = await usedKiB(stand);
  await stand.removeDevice();
  // What others on the machine take meanwhile may be more than a few entries were.
  return Math.max(before - (await usedKiB(stand)), 0);
}

async function usedKiB(stand: Stand): Promise<number> {
  await systemClock.sleep(SETTLE_MS, stand.host.namespace.gate.signal);
  shrinkCaches();
  return slabKiB(readFileSync(SLABS, 'utf8'));
}

/** Objects that processors keep at hand count as used until the caches are told to give back what they can. */
function shrinkCaches(): void {
  for (const cache of readdirSync(CACHES).filter((name) => RELEVANT.test(name))) {
    writeFileSync(join(CACHES, cache, 'shrink'), '1');
  }
}

/**
 * What the objects of the relevant caches take, in KiB.
 *
 * @param text of /proc/slabinfo (slabinfo(5))
 * @throws CompareFault when it is not that
 */
export function slabKiB(text: string): number {
  const [version = '', , ...lines] = text.trimEnd().split('\n');
  const sizes = lines.flatMap((line) => {
    const [name = '', active, , size] = line.split(/\s+/);
    return RELEVANT.test(name) ? [Number(active) * Number(size)] : [];
  });
  const total = sizes.reduce((sum, one) => sum + one, 0);
  if (!version.startsWith('slabinfo - version: 2') || !(total > 0)) {
    throw new CompareFault(SLABS, JSON.stringify(version), 'version 2, with the caches kmalloc');
  }
  return total / 1024;
}
