import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';

/** Another host's claim on a subnet. */
export interface Lease {
  /** The whole etcd key. */
  readonly key: string;
  readonly subnet: Prefix;
  /** Where the host's VTEP is reached on the underlay. */
  readonly publicIp: Ipv4;
  /** The MAC of the host's `flannel.<VNI>`. */
  readonly mac: Mac;
  /** etcd's revision of the last write to the key. */
  readonly modRevision: bigint;
}

/** The claim of a host that runs another backend: no packets go there by the tunnel. */
export interface OtherLease {
  /** The whole etcd key. */
  readonly key: string;
  readonly subnet: Prefix;
  readonly publicIp: Ipv4;
  /** As flannel calls it: `host-gw`. */
  readonly backendType: string;
}

/** One subnet's difference: only `after` is a new lease, only `before` one that has gone. */
export interface LeaseChange {
  readonly before?: Lease;
  readonly after?: Lease;
}

/** What this host publishes about itself. */
export interface HostIdentity {
  readonly publicIp: Ipv4;
  readonly mac: Mac;
  readonly vni: number;
}
