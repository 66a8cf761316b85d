import type { Lookup } from '../../status/lookup.ts';
import { DaemonClient } from './daemon-client.ts';
import type { Display } from './display.ts';
import { lookupText } from './lookup-text.ts';
import type { LookupOptions } from './question-options.ts';

/**
 * `l3missd lookup`: the whole story of one address.
 *
 * @returns 0, also when there is nothing to tell of it
 * @throws StatusFault when no daemon can be asked
 */
export async function showLookup(options: LookupOptions, display: Display): Promise<number> {
  const found: Lookup = await new DaemonClient(options).lookup(options.address);
  display.out(options.json ? `${JSON.stringify(found, undefined, 2)}\n` : lookupText(found));
  return 0;
}
