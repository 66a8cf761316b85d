import { boundedLog } from '../base/bounded-log.ts';
import type { Log } from '../base/log.ts';
import type { NamedSocket } from '../diagnosis/kernel-tables.ts';
import type { Lease, LeaseChange } from '../leases/lease.ts';
import type { Device } from '../overlay/device.ts';
import { DataPlane, type DataPlaneParts } from './data-plane.ts';
import { logChanges } from './log-changes.ts';
import type { Progress } from './progress.ts';

export interface DataPlanesParts extends Omit<DataPlaneParts, 'counters'> {
  readonly progress: Progress;
  /** Called after each change of `leases`, once a complete list was taken over. */
  readonly onComplete: () => void;
}

/** The data plane of the tunnel device, and of the one that is made in its place: each gets all leases. */
export class DataPlanes {
  readonly #parts: DataPlanesParts;
  /** Everything that the kernel is to hold, by key. */
  readonly #leases = new Map<string, Lease>();
  /** For what others may cause without end. */
  readonly #boundedLog: Log;
  #plane: DataPlane | undefined;
  /** There was a complete list of leases. */
  #listed = false;

  /** @throws KernelFault */
  constructor(parts: DataPlanesParts) {
    this.#parts = parts;
    this.#boundedLog = boundedLog(parts.log, parts.clock);
    this.#plane = this.#begin(parts.device);
  }

  /** What the kernel is to hold. */
  get leases(): readonly Lease[] {
    return Array.from(this.#leases.values());
  }

  /**
   * Ends the data plane of a device that is gone, and starts that of its successor. What the former one was about to do
   * fails with its end, and is done again with all leases.
   *
   * @throws KernelFault, ThreadFault
   */
  async renew(device: Device): Promise<void> {
    const former = this.#plane;
    this.#plane = undefined;
    await former?.close();
    const plane = this.#begin(device);
    this.#plane = plane;
    const changes = this.leases.map((after) => ({ after }));
    await plane.program(changes, this.#listed);
    this.#noteProgrammed();
  }

  /** Takes lease changes over; a failure ends the agent. */
  program(changes: readonly LeaseChange[], complete: boolean): void {
    const { ending, log } = this.#parts;
    logChanges(changes, log);
    this.#remember(changes);
    this.#listed ||= complete;
    const plane = this.#plane;
    const done = plane?.program(changes, complete).then(() => {
      if (plane === this.#plane) {
        this.#noteProgrammed();
      }
    });
    done?.catch((error: unknown) => {
      if (plane === this.#plane) {
        ending.fail(error);
      }
    });
  }

  /** Compares the neighbours with what is believed of them. */
  compare(): void {
    this.#plane?.compare();
  }

  /** Compares the routes of remote subnets with the leases: somebody else changed one. */
  compareRoutes(): void {
    this.#plane?.compareRoutes();
  }

  /** Looks whether the host's own routes reach other hosts as they did; a failure ends the agent. */
  reconsider(): void {
    const plane = this.#plane;
    plane?.reconsider(this.leases).catch((error: unknown) => {
      if (plane === this.#plane) {
        this.#parts.ending.fail(error);
      }
    });
  }

  /** By which the kernel names what the data plane writes (nlmsg_pid). */
  get ports(): readonly number[] {
    return this.#plane === undefined ? [] : [this.#plane.port];
  }

  /** The netlink sockets that hear of misses. */
  get sockets(): readonly NamedSocket[] {
    return this.#plane?.sockets ?? [];
  }

  async close(): Promise<void> {
    await this.#plane?.close();
  }

  #begin(device: Device): DataPlane {
    const { progress, onComplete: _, ...parts } = this.#parts;
    return new DataPlane({ ...parts, device, counters: progress.counters, log: this.#boundedLog });
  }

  #remember(changes: readonly LeaseChange[]): void {
    for (const { before, after } of changes) {
      if (before !== undefined) {
        this.#leases.delete(before.key);
      }
      if (after !== undefined) {
        this.#leases.set(after.key, after);
      }
    }
  }

  #noteProgrammed(): void {
    const { progress, log, onComplete } = this.#parts;
    if (!this.#listed) {
      return;
    }
    if (!progress.programmed) {
      progress.programmed = true;
      log.info({ leases: this.#leases.size }, 'the first complete list of leases is in the kernel');
    }
    onComplete();
  }
}
