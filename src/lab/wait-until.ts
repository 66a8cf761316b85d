import { systemClock } from '../base/clock.ts';
import { describeError } from '../base/fault.ts';
import { LabFault } from './lab-fault.ts';

export interface WaitOptions {
  /** Milliseconds after which waiting is given up: 30,000 unless told. */
  readonly timeout?: number;
  /** Milliseconds between two looks: 20 unless told. */
  readonly interval?: number;
  readonly signal?: AbortSignal;
}

/**
 * Looks again and again until `look` gives something other than undefined or false, and gives that. A look that
 * throws counts as not yet, except for a LabFault, which says that waiting is in vain.
 *
 * @throws LabFault naming `what`, with the last error as its cause, when the time is up or the signal aborts
 */
export async function waitUntil<T>(
  what: string,
  look: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const { timeout = 30_000, interval = 20, signal = new AbortController().signal } = options;
  const end = systemClock.monotonic() + timeout;
  while (!signal.aborted) {
    const { found, error } = await lookOnce(look);
    if (isFound(found)) {
      return found;
    }
    if (systemClock.monotonic() > end) {
      const why = error === undefined ? '' : ` (${describeError(error)})`;
      throw new LabFault(what, `not within ${timeout} ms${why}`, 'sooner', error);
    }
    await systemClock.sleep(interval, signal);
  }
  throw new LabFault(what, 'given up, because the lab is being taken down', 'a lab that is up');
}

async function lookOnce<T>(look: () => T | Promise<T>): Promise<{ found?: T; error?: unknown }> {
  try {
    return { found: await look() };
  } catch (error) {
    if (error instanceof LabFault) {
      throw error;
    }
    return { error };
  }
}

function isFound<T>(value: T): value is Exclude<T, undefined | false> {
  return value !== undefined && value !== false;
}
