import type { NamedSocket } from '../diagnosis/kernel-tables.ts';
import type { Claim } from '../leases/claim.ts';
import type { LeaseKeeper } from '../leases/keeper.ts';
import type { Lease } from '../leases/lease.ts';
import type { Mirror } from '../leases/mirror.ts';
import type { DatedCopy } from '../leases/mirror-copy.ts';
import type { MirrorFile } from '../leases/mirror-file.ts';
import type { NetworkConfig } from '../leases/network-config.ts';
import type { RemovalHold } from '../leases/removal-hold.ts';
import type { Device, DevicePlan } from '../overlay/device.ts';
import type { Mode } from '../overlay/modes.ts';
import type { PlaneCounters } from './data-plane.ts';

/** The tunnel as it stands. */
export interface Tunnel {
  readonly device: Device;
  readonly plan: DevicePlan;
}

/** How far the daemon has come. Filled in while it starts, read by whoever asks for its state. */
export interface Progress {
  readonly mode: Mode;
  config?: NetworkConfig;
  tunnel?: Tunnel;
  claim?: Claim;
  keeper?: LeaseKeeper;
  mirror?: Mirror;
  hold?: RemovalHold;
  /** The netlink sockets that hear of misses at present. */
  sockets?: () => readonly NamedSocket[];
  /** What the kernel is to hold: of the mirror or its copy, and those whose removal is held. */
  leases?: () => readonly Lease[];
  file?: MirrorFile;
  /** The copy that counts until the first complete list. */
  standIn?: DatedCopy;
  readonly counters: PlaneCounters;
  /** The device has its address and route. */
  addressed: boolean;
  /** The first complete list of leases is in the kernel. */
  programmed: boolean;
  subnetFileWritten: boolean;
}
