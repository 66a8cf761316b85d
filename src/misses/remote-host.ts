import type { Ipv4 } from '../net/ipv4.ts';
import { type Mac, macToBytes } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Vtep } from './vtep.ts';

/** What a lease says of its host. */
export interface RemoteLease {
  readonly subnet: Prefix;
  readonly mac: Mac;
  readonly endpoint?: Ipv4 | undefined;
  readonly directly?: Ipv4 | undefined;
  readonly directInterface?: number | undefined;
}

/**
 * A remote host as the resolver knows it. All are of one shape, whatever their leases leave out: V8 (11.3 to 13.6) looks a
 * field of objects of many shapes up anew each time, which takes a miss in a flood half a microsecond.
 */
export class RemoteHost {
  /** Of its tunnel device: six bytes ready to be sent. */
  readonly mac: Uint8Array;
  /** Of its lease. */
  readonly subnet: Prefix;
  /** Only where forwarding entries are installed on demand. */
  readonly vtep: Vtep | undefined;
  /** Where it is reached on the underlay. */
  readonly endpoint: Ipv4 | undefined;
  /** The same, when packets for its subnet are to go there without the tunnel. */
  readonly directly: Ipv4 | undefined;
  /** On which interface that is. */
  readonly directInterface: number | undefined;

  constructor({ mac, subnet, endpoint, directly, directInterface }: RemoteLease, vtep?: Vtep) {
    this.mac = macToBytes(mac);
    this.subnet = subnet;
    this.vtep = vtep;
    this.endpoint = endpoint;
    this.directly = directly;
    this.directInterface = directInterface;
  }
}
