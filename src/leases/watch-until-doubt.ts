import type { Clock } from '../base/clock.ts';
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
  /** How long a watch is believed although nothing speaks against it. */
  readonly periodMs: number;
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Hands events on until the first doubt. Rejects with what `onEvents` throws; the watch is closed either way. */
export function watchUntilDoubt(options: WatchUntilDoubtOptions): Promise<Doubt> {
  const { store, fromRevision, onEvents, periodMs, clock } = options;
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
    clock.sleep(periodMs, signal).then(() => resolve({ reason: 'periodic' }), reject);
  }).finally(() => over.abort());
}
