import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { Lease, LeaseChange } from '../leases/lease.ts';
import type { StoreSigns } from '../leases/mirror.ts';
import { RemovalHold } from '../leases/removal-hold.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Underlay } from '../overlay/underlay.ts';
import { Caretaker } from './caretaker.ts';
import { DataPlane } from './data-plane.ts';
import type { Ending } from './ending.ts';
import { logChanges } from './log-changes.ts';
import type { Progress, Tunnel } from './progress.ts';
import type { RunOptions } from './run-options.ts';

export interface ProgrammingParts {
  readonly options: RunOptions;
  readonly kernel: Conversation;
  readonly underlay: Underlay;
  readonly tunnel: Tunnel;
  readonly network: Prefix;
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
  readonly #parts: ProgrammingParts;
  /** Everything that the kernel is to hold, by key. */
  readonly #leases = new Map<string, Lease>();
  readonly #hold: RemovalHold;
  readonly #caretaker: Caretaker;
  #plane: DataPlane;

  /** @throws KernelFault */
  constructor(parts: ProgrammingParts) {
    const { options, kernel, underlay, tunnel, network, subnet, ending, log } = parts;
    this.#parts = parts;
    this.#plane = this.#makePlane(tunnel);
    this.#hold = new RemovalHold({
      holdMs: options.removalHoldMs,
      clock: systemClock,
      log,
      onChanges: (changes, origin) => this.#program(changes, origin === 'list'),
    });
    this.#caretaker = new Caretaker({
      kernel,
      underlay,
      tunnel,
      network,
      subnet,
      clock: systemClock,
      ending,
      log,
      onNewDevice: (renewed) => this.#renew(renewed),
    });
    parts.progress.hold = this.#hold;
    for (const part of [this.#hold, this.#caretaker]) {
      part.run().catch((error: unknown) => ending.fail(error));
    }
  }

  /** What the kernel is to hold. */
  get leases(): readonly Lease[] {
    return Array.from(this.#leases.values());
  }

  /** Takes lease changes over; a first list tells what differs from what was taken over before. */
  take(changes: readonly LeaseChange[], origin: 'list' | 'watch', signs: StoreSigns): void {
    this.#hold.take(changes, origin, signs);
  }

  /** Ends everything. What is in the kernel stays. */
  async stop(): Promise<void> {
    this.#hold.stop();
    await this.#caretaker.stop();
    await this.#plane.close();
  }

  async #renew(tunnel: Tunnel): Promise<void> {
    const { progress } = this.#parts;
    progress.tunnel = tunnel;
    await this.#plane.close();
    this.#plane = this.#makePlane(tunnel);
    const changes = this.leases.map((after) => ({ after }));
    await this.#plane.program(changes, progress.programmed);
  }

  #makePlane({ device }: Tunnel): DataPlane {
    const { options, kernel, network, progress, ending, log } = this.#parts;
    const { counters } = progress;
    return new DataPlane({ kernel, device, network, options, clock: systemClock, ending, log, counters });
  }

  #program(changes: readonly LeaseChange[], complete: boolean): void {
    const { progress, ending, log, onComplete } = this.#parts;
    logChanges(changes, log);
    for (const { before, after } of changes) {
      if (before !== undefined) {
        this.#leases.delete(before.key);
      }
      if (after !== undefined) {
        this.#leases.set(after.key, after);
      }
    }
    const plane = this.#plane;
    const done = plane.program(changes, complete).then(() => {
      if (complete && !progress.programmed) {
        progress.programmed = true;
        log.info({ leases: this.#leases.size }, 'the first complete list of leases is in the kernel');
      }
      if (progress.programmed) {
        onComplete();
      }
    });
    done.catch((error: unknown) => {
      // A plane whose device was made anew is closed, and its successor gets all leases.
      if (plane === this.#plane) {
        ending.fail(error);
      }
    });
  }
}
