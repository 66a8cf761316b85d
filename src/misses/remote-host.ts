import type { Ipv4 } from '../net/ipv4.ts';
import { highOf, lowOf, type Mac, macToBytes } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';
import type { SubnetLease } from '../overlay/programmer.ts';
import type { Vtep } from './vtep.ts';

/**
 * A remote host as the resolver knows it. All are of one shape, whatever their leases leave out: V8 (11.3, Node 20)
 * looks a field of objects of many shapes up anew each time, which takes a miss in a flood half a microsecond.
 */
export class RemoteHost {
  /** Of its tunnel device: six bytes ready to be sent. */
  readonly mac: Uint8Array;
  /** The same as two numbers, for the journal: four bytes and two. */
  readonly macHigh: number;
  readonly macLow: number;
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
  /** Where its subnet's misses are counted; below 0: nowhere yet. */
  row = -1;

  constructor(lease: Omit<SubnetLease, 'mac'>, mac: Mac, vtep?: Vtep) {
    this.mac = macToBytes(mac);
    this.macHigh = highOf(this.mac);
    this.macLow = lowOf(this.mac);
    this.subnet = lease.subnet;
    this.vtep = vtep;
    this.endpoint = lease.endpoint;
    this.directly = lease.directly;
    this.directInterface = lease.directInterface;
  }
}
