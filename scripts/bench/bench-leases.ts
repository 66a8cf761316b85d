import { systemClock } from '../../src/base/clock.ts';
import type { Etcd } from '../../src/lab/etcd.ts';
import { plannedLease } from './address-plan.ts';

/** etcd takes at most 128 operations in a transaction (--max-txn-ops). */
const PER_TRANSACTION = 128;

/**
 * Writes the leases of remote hosts 0 to `count - 1`.
 *
 * @throws LabFault when etcd refuses
 */
export async function writeLeases(etcd: Etcd, prefix: string, count: number): Promise<void> {
  for (let begin = 0; begin < count; begin += PER_TRANSACTION) {
    const size = Math.min(PER_TRANSACTION, count - begin);
    const success = Array.from({ length: size }, (_, index) => {
      const { name, value } = plannedLease(begin + index);
      return { requestPut: { key: encode(`${prefix}/subnets/${name}`), value: encode(value) } };
    });
    await etcd.ask('/v3/kv/txn', { success });
  }
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
    const { name, value } = plannedLease(
      changed % options.leases,
      generationAfter(start, changed, options.leases),
    );
    await etcd.put(`${prefix}/subnets/${name}`, value);
  }
}

/** Differs from one call of `changeLeases` to the next, and from one change of a lease to the next. */
function generationAfter(start: number, changed: number, leases: number): number {
  return 1 + ((Math.floor(start / 100) + Math.floor(changed / leases)) % 65_535);
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}
