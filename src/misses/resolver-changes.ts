import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';

/** A change of one subnet's lease: its host's MAC, or undefined when nobody holds it any more. */
export interface SubnetChange {
  readonly subnet: Prefix;
  readonly mac: Mac | undefined;
}

/** Where the VTEP with that MAC is; undefined: no lease names it any more. */
export interface EndpointChange {
  readonly mac: Mac;
  readonly endpoint: Ipv4 | undefined;
}
