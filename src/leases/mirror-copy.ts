import { Fault } from '../base/fault.ts';
import type { Self } from './judge.ts';
import type { Lease } from './lease.ts';
import { encodeLeaseValue } from './lease-value.ts';
import type { StoredLease } from './store.ts';

/** What a start without etcd needs to know: the leases of all other hosts, and for whom they were true. */
export interface MirrorCopy {
  /** flannel's etcd-prefix, without a slash at its end. */
  readonly prefix: string;
  /** The network config as read from etcd. */
  readonly configText: string;
  /** This host's claim and the identity that it was made with. */
  readonly own: Pick<Self, 'subnet' | 'publicIp' | 'mac'>;
  /** The store's revision that the leases stand at. */
  readonly revision: bigint;
  /** Of other hosts, as stored. The etcd leases that the keys end with are not kept: read back, there are none. */
  readonly leases: readonly StoredLease[];
}

export interface DatedCopy extends MirrorCopy {
  /** Wall clock, milliseconds. */
  readonly writtenAt: number;
}

/** What a copy must agree with to be of use here. */
export type Here = Pick<MirrorCopy, 'prefix'> & Pick<Self, 'publicIp'>;

export type MirrorFileProblem =
  | 'absent'
  | 'unreadable'
  /** Not a regular file, another user's, or not written by us. */
  | 'foreign'
  | 'other-version'
  /** Not the bytes that were written. */
  | 'damaged'
  | 'other-prefix'
  /** Written by a host with another PublicIP. */
  | 'other-host'
  /** The bytes that were written, with something in them that is not valid. */
  | 'junk';

/** Why a copy of the mirror cannot be used. */
export class MirrorFileFault extends Fault {
  readonly problem: MirrorFileProblem;

  constructor(problem: MirrorFileProblem, path: string, found: string, allowed: string, cause?: unknown) {
    super(path, found, allowed, cause);
    this.problem = problem;
  }
}

/** The largest file that is written or read, in bytes: some 300,000 leases. */
export const LARGEST_MIRROR_FILE = 64 * 1024 * 1024;

/** A lease as a host with that VNI stores it. */
export function toStored({ key, publicIp, mac, modRevision }: Lease, vni: number): StoredLease {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return { key, name, value: encodeLeaseValue({ publicIp, mac, vni }), modRevision, leaseId: undefined };
}
