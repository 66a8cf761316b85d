import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { codeOf } from '../../base/errno.ts';
import { CompareFault } from '../compare-fault.ts';
import type { Stand } from '../stand.ts';
import { countEntries } from '../tables.ts';
import type { Turn } from './turn.ts';

const SLABS = '/proc/slabinfo';
const CACHES = '/sys/kernel/slab';
/** Neighbours, forwarding entries and next hops come from the general caches, routes from two of their own. */
const RELEVANT = /^(kmalloc-|ip_fib)/;
/**
 * The kernel frees what was removed in the background, and lets few objects wait for more: 200 neighbours for 0.6 to 1.7 s
 * with 6.18 (mm/slab_common.c, kvfree_call_rcu).
 */
const SETTLE_MS = 2000;
/** It takes time, and the machine's noise is the same in a few rounds as in many. */
const ROUNDS = 3;
/** What fewer take, some 50 KiB for a hundred, others on the machine take or give back meanwhile. */
const FEWEST_ENTRIES = 1000;

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

export interface MemoryTurn extends Pick<Turn, 'recorder' | 'cell'> {
  readonly stand: Pick<Stand, 'host' | 'removeDevice'>;
}

/**
 * Records by how many KiB the caches shrink that the entries of the stand's device lie in when it is removed; in the first
 * rounds, and where there are enough of them.
 *
 * @throws CompareFault when the statistics cannot be read; LabFault
 */
export async function measureMemory({ stand, recorder, cell }: MemoryTurn): Promise<void> {
  const { routes, neighbours, forwarding } = await countEntries(stand.host);
  if (routes + neighbours + forwarding < FEWEST_ENTRIES) {
    recorder.leaveOut(
      `Kernel memory of fewer than ${FEWEST_ENTRIES.toLocaleString('en')} entries: they take too little.`,
    );
  } else if (cell.round <= ROUNDS) {
    recorder.add(cell, 'entries.memory', [await memoryFreedWithDevice(stand)]);
  }
}

async function memoryFreedWithDevice(stand: MemoryTurn['stand']): Promise<number> {
  const before = await usedKiB(stand);
  await stand.removeDevice();
  // What others on the machine take meanwhile may be more than a few entries were.
  return Math.max(before - (await usedKiB(stand)), 0);
}

async function usedKiB(stand: MemoryTurn['stand']): Promise<number> {
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
