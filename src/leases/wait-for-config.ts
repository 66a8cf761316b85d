import { backOff } from '../base/back-off.ts';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { StoreFault } from './faults.ts';
import { type NetworkConfig, parseNetworkConfig } from './network-config.ts';
import type { LeaseStore } from './store.ts';

export interface WaitForConfigOptions {
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Called once, when the store is out of reach for the first time; the wait goes on when it is done. */
  readonly onUnreachable?: () => Promise<void>;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * Reads the network config, with back-off for as long as it is absent or etcd is out of reach, saying so each time.
 * Resolves to undefined when the signal ends the wait.
 *
 * @throws ConfigFault at once when the config is there and invalid
 */
export async function waitForConfig(options: WaitForConfigOptions): Promise<NetworkConfig | undefined> {
  const { store, clock, log, random, signal } = options;
  let { onUnreachable } = options;
  for (let attempt = 0; !signal.aborted; attempt++) {
    const outcome = await tryOnce(store);
    if ('config' in outcome) {
      return outcome.config;
    }
    const retryInMs = Math.round(backOff(attempt, random));
    log.warn({ key: store.configKey, retryInMs, cause: outcome.missing }, 'waiting for the network config');
    if (outcome.unreachable) {
      await onUnreachable?.();
      onUnreachable = undefined;
    }
    await clock.sleep(retryInMs, signal);
  }
  return undefined;
}

async function tryOnce(
  store: LeaseStore,
): Promise<{ config: NetworkConfig } | { missing: string; unreachable: boolean }> {
  try {
    const text = await store.readConfig();
    return text === undefined
      ? { missing: 'no such key in etcd: was it written with the v3 API?', unreachable: false }
      : { config: parseNetworkConfig(text, store.configKey) };
  } catch (error) {
    if (error instanceof StoreFault) {
      return { missing: describeError(error), unreachable: true };
    }
    throw error;
  }
}
