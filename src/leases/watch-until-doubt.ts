import type { Clock } from '../base/clock.ts';
import { StoreFault } from './faults.ts';
import type { LeaseStore, StoreEvent, WatchEndReason } from './store.ts';

/** Why what is known of the store is not to be relied on any longer. */
export interface Doubt {
  readonly reason: WatchEndReason | 'list-failed' | 'periodic';
  readonly cause?: unknown;
}

export interface WatchUntilDoubtOptions {
  readonly store: LeaseStore;
  readonly fromRevision: bigint;
  readonly onEvents: (events: readonly StoreEvent[], revision: bigint) => void;
  /** How long a watch is believed although nothing speaks against it, until `isComplete` is asked. */
  readonly periodMs: number;
  /** Whether everything that the watch should have told was told. Rejects with a StoreFault when nobody knows. */
  readonly isComplete: () => Promise<boolean>;
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Hands events on until the first doubt. Rejects with what `onEvents` throws; the watch is closed either way. */
export function watchUntilDoubt(options: WatchUntilDoubtOptions): Promise<Doubt> {
  const { store, fromRevision, onEvents } = options;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, options.signal]);
  return new Promise<Doubt>((resolve, reject) => {
    const watch = store.watch(fromRevision, {
      onEvents: (events, revision) => {
        try {
          onEvents(events, revision);
        } catch (error) {
          reject(error);
        }
      },
      onEnd: (reason, cause) => resolve({ reason, cause }),
    });
    signal.addEventListener('abort', () => watch.close());
    waitForDoubt(options, signal).then(resolve, reject);
  }).finally(() => over.abort());
}

/** Asks once a period whether the watch is still to be believed. */
async function waitForDoubt(options: WatchUntilDoubtOptions, signal: AbortSignal): Promise<Doubt> {
  const { clock, periodMs, isComplete } = options;
  try {
    do {
      await clock.sleep(periodMs, signal);
    } while (!signal.aborted && (await isComplete()));
    return { reason: 'periodic' };
  } catch (error) {
    if (error instanceof StoreFault) {
      return { reason: 'list-failed', cause: error };
    }
    throw error;
  }
}
