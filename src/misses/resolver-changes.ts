import type { Mac } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';

/** A change of one subnet's lease: its host's MAC, or undefined when nobody holds it any more. */
export interface SubnetChange {
  readonly subnet: Prefix;
  readonly mac: Mac | undefined;
}
