import { backOff } from '../base/back-off.ts';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { type Claim, type ClaimOptions, claimSubnet } from '../leases/claim.ts';
import { StoreFault } from '../leases/faults.ts';

/**
 * Claims a subnet, with back-off for as long as etcd is out of reach. Undefined when the signal ends the wait.
 *
 * @throws LeaseFault when no subnet is to be had
 */
export async function claimWithPatience(
  options: ClaimOptions & { readonly signal: AbortSignal },
): Promise<Claim | undefined> {
  const { signal, clock, log, random } = options;
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await claimSubnet(options);
    } catch (error) {
      if (!(error instanceof StoreFault)) {
        throw error;
      }
      await pause(clock, log, Math.round(backOff(attempt, random)), error, signal);
    }
  }
  return undefined;
}

async function pause(
  clock: Clock,
  log: Log,
  retryInMs: number,
  fault: StoreFault,
  signal: AbortSignal,
): Promise<void> {
  log.warn({ retryInMs, cause: describeError(fault) }, 'the subnet could not be claimed yet');
  await clock.sleep(retryInMs, signal);
}
