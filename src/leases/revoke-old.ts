import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { StoreFault } from './faults.ts';
import type { LeaseStore } from './store.ts';

/** Ends the etcd lease of an earlier write. The later write itself stands, so trouble here is only said. */
export async function revokeOld(store: LeaseStore, leaseId: bigint | undefined, log: Log): Promise<void> {
  if (leaseId === undefined) {
    return;
  }
  try {
    await store.revokeIfUnused(leaseId);
  } catch (error) {
    if (!(error instanceof StoreFault)) {
      throw error;
    }
    log.warn({ cause: describeError(error) }, 'the former etcd lease is left to end by itself');
  }
}
