import { constants } from 'node:os';
import type { Log } from '../base/log.ts';
import { type Ending, EXIT_FAILURE } from './ending.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** A stop has to be done by then, in milliseconds; what still hangs is left behind. */
const STOP_LIMIT_MS = 800;

/**
 * Turns SIGTERM and SIGINT into an end, a second one into an immediate exit with 128 and the signal's number, and an
 * unexpected error into a logged failure. Node's own ways to end hang while a worker thread blocks in a read, unless
 * that thread's exit handler runs, which process.exit() makes sure of.
 *
 * @returns removes the handlers again
 */
export function handleSignals(ending: Ending, log: Log): () => void {
  const onSignal = (signal: (typeof SIGNALS)[number]) => {
    if (ending.signal.aborted) {
      process.exit(128 + constants.signals[signal]);
    }
    ending.stop(signal);
  };
  const onUnexpected = (error: unknown) => {
    log.error({ err: error }, 'an unexpected error ends the daemon');
    process.exit(EXIT_FAILURE);
  };
  for (const signal of SIGNALS) {
    process.on(signal, onSignal);
  }
  process.on('uncaughtException', onUnexpected);
  return () => {
    for (const signal of SIGNALS) {
      process.off(signal, onSignal);
    }
    process.off('uncaughtException', onUnexpected);
  };
}

/** Ends the process once the end is reached and the limit has passed, whatever still hangs. */
export function limitStop(ending: Ending, log: Log): void {
  ending.signal.addEventListener('abort', () => {
    const timer = setTimeout(() => {
      log.error({ limitMs: STOP_LIMIT_MS }, 'stopping took too long: ending the process as it is');
      process.exit(ending.exitCode);
    }, STOP_LIMIT_MS);
    timer.unref();
  });
}
