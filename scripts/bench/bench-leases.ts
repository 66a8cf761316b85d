import { systemClock } from '../../src/base/clock.ts';
import type { Etcd } from '../../src/lab/etcd.ts';
import { plannedLease, putLeases } from '../../src/lab/planned-leases.ts';

/**
 * Writes the leases of remote hosts 0 to `count - 1`.
 *
 * @throws LabFault when etcd refuses
 */
export async function writeLeases(etcd: Etcd, prefix: string, count: number): Promise<void> {
  await putLeases(
    etcd,
    prefix,
    Array.from({ length: count }, (_, number) => plannedLease(number)),
  );
}

/**
 * Changes the MACs of leases one after another, `perSecond` of them, until the signal aborts; etcd's answer to one is
 * awaited before the next.
 *
 * @returns how many were changed
 * @throws LabFault when etcd refuses
 */
export async function changeLeases(
  etcd: Etcd,
  prefix: string,
  options: { readonly leases: number; readonly perSecond: number; readonly signal: AbortSignal },
): Promise<number> {
  const start = systemClock.monotonic();
  for (let changed = 0; ; changed++) {
    await systemClock.sleep(
      start + (changed * 1000) / options.perSecond - systemClock.monotonic(),
      options.signal,
    );
    if (options.signal.aborted) {
      return changed;
    }
    const generation = generationAfter(start, changed, options.leases);
    const { name, value } = plannedLease(changed % options.leases, { generation });
    await etcd.put(`${prefix}/subnets/${name}`, value);
  }
}

/** Differs from one call of `changeLeases` to the next, and from one change of a lease to the next. */
function generationAfter(start: number, changed: number, leases: number): number {
  return 1 + ((Math.floor(start / 100) + Math.floor(changed / leases)) % 65_535);
}
