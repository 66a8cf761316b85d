import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { Lease, LeaseChange } from '../leases/lease.ts';
import type { StoreSigns } from '../leases/mirror.ts';
import type { NetworkConfig } from '../leases/network-config.ts';
import { RemovalHold } from '../leases/removal-hold.ts';
import type { Prefix } from '../net/prefix.ts';
import { modeOf } from '../overlay/modes.ts';
import type { Underlay } from '../overlay/underlay.ts';
import { Caretaker } from './caretaker.ts';
import { DataPlanes } from './data-planes.ts';
import type { Ending } from './ending.ts';
import type { Progress, Tunnel } from './progress.ts';
import type { RunOptions } from './run-options.ts';

export interface ProgrammingParts {
  readonly options: RunOptions;
  readonly kernel: Conversation;
  readonly underlay: Underlay;
  readonly tunnel: Tunnel;
  readonly network: Prefix;
  readonly config: NetworkConfig;
  /** This host's own. */
  readonly subnet: Prefix;
  readonly progress: Progress;
  readonly ending: Ending;
  readonly log: Log;
  /** Called after each change of `leases`, once a complete list was taken over. */
  readonly onComplete: () => void;
}

/**
 * What the leases of the cluster ask of this host's kernel, and what sees to it that it is there: the data plane of the
 * device, the caretaker that makes the device anew when somebody removed it, and the hold on sudden removals.
 */
export class Programming {
  readonly #planes: DataPlanes;
  readonly #hold: RemovalHold;
  readonly #caretaker: Caretaker;

  /** @throws KernelFault */
  constructor(parts: ProgrammingParts) {
    const { options, tunnel, progress, ending, log } = parts;
    const clock = systemClock;
    this.#planes = new DataPlanes({ ...parts, device: tunnel.device, clock });
    this.#hold = new RemovalHold({
      holdMs: options.removalHoldMs,
      clock,
      log,
      onChanges: (changes, origin) => this.#planes.program(changes, origin === 'list'),
    });
    this.#caretaker = new Caretaker({
      ...parts,
      clock,
      mode: modeOf(options.programming),
      ownPorts: () => this.#planes.ports,
      onMended: () => this.#planes.compare(),
      onChange: () => this.#planes.compareRoutes(),
      onLook: () => this.#planes.reconsider(),
      onNewDevice: async (renewed) => {
        progress.tunnel = renewed;
        await this.#planes.renew(renewed.device);
      },
    });
    progress.hold = this.#hold;
    progress.sockets = () => this.#planes.sockets;
    progress.leases = () => this.#planes.leases;
    for (const part of [this.#hold, this.#caretaker]) {
      part.run().catch((error: unknown) => ending.fail(error));
    }
  }

  /** What the kernel is to hold. */
  get leases(): readonly Lease[] {
    return this.#planes.leases;
  }

  /** Takes lease changes over; a first list tells what differs from what was taken over before. */
  take(changes: readonly LeaseChange[], origin: 'list' | 'watch', signs: StoreSigns): void {
    this.#hold.take(changes, origin, signs);
  }

  /** Ends everything. What is in the kernel stays. */
  async stop(): Promise<void> {
    this.#hold.stop();
    await this.#caretaker.stop();
    await this.#planes.close();
  }
}
