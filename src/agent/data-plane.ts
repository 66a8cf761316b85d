import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { NamedSocket } from '../diagnosis/kernel-tables.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { Lease, LeaseChange } from '../leases/lease.ts';
import type { NetworkConfig } from '../leases/network-config.ts';
import type { Counters } from '../misses/counters.ts';
import { L2Monitor } from '../misses/l2-monitor.ts';
import type { RecordingMemory } from '../misses/recording/recording-memory.ts';
import type { ResolverHandle } from '../misses/resolver-handle.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Device } from '../overlay/device.ts';
import { DirectPaths } from '../overlay/direct-paths.ts';
import { Endpoints } from '../overlay/endpoints.ts';
import { type ForwardingCounters, ForwardingTable } from '../overlay/forwarding-table.ts';
import { Programmer } from '../overlay/programmer.ts';
import { interfaceTo } from '../overlay/underlay.ts';
import type { Ending } from './ending.ts';
import { ForwardingGuard } from './forwarding-guard.ts';
import type { RunOptions } from './run-options.ts';
import { startResolver } from './start-resolver.ts';

/** What a data plane counts; goes on with its successor. */
export interface PlaneCounters {
  readonly misses: Counters;
  readonly recording: RecordingMemory;
  readonly forwarding: ForwardingCounters;
  l2Overruns: number;
  /** Called when misses are recorded after a while without. */
  readonly onRecorded: () => void;
}

export interface DataPlaneParts {
  readonly kernel: Conversation;
  readonly device: Device;
  readonly network: Prefix;
  /** This host's own. */
  readonly subnet: Prefix;
  readonly config: NetworkConfig;
  readonly options: RunOptions;
  readonly clock: Clock;
  readonly ending: Ending;
  readonly log: Log;
  readonly counters: PlaneCounters;
}

/** The neighbours and forwarding entries of one tunnel device, and what answers its misses. */
export class DataPlane {
  readonly #resolver: ResolverHandle;
  readonly #programmer: Programmer;
  /** Of static forwarding entries. */
  readonly #guard: ForwardingGuard | undefined;
  /** Of forwarding entries on demand. */
  readonly #monitor: L2Monitor | undefined;
  /** Of hosts that are reached without the tunnel. */
  readonly #paths: DirectPaths | undefined;
  #listed = false;

  /** @throws KernelFault */
  constructor(parts: DataPlaneParts) {
    const { kernel, device, log, counters, options } = parts;
    const forwardOnDemand = options.fdb === 'on-demand' || options.programming !== 'lazy';
    this.#resolver = startResolver({
      ...parts,
      counters: counters.misses,
      recording: counters.recording,
      onRecorded: counters.onRecorded,
      forwardOnDemand,
      onForwarding: (notice) => {
        if (this.#listed) {
          this.#guard?.observe(notice);
        }
      },
    });
    if (forwardOnDemand) {
      const paths = directPathsOf(parts);
      const directInterface = (endpoint: Ipv4) => paths?.interfaceTo(endpoint);
      this.#paths = paths;
      this.#programmer = new Programmer(new Endpoints(log), this.#resolver, directInterface);
      this.#monitor = options.fdb === 'on-demand' ? this.#startMonitor(parts) : undefined;
    } else {
      const table = new ForwardingTable(kernel, device.ifindex, log, counters.forwarding);
      const programmer = new Programmer(table, this.#resolver);
      const compare = () => programmer.program([], true);
      this.#programmer = programmer;
      this.#guard = new ForwardingGuard({ ...parts, device: device.name, table, compare });
    }
  }

  /**
   * Takes lease changes over. Resolves when the kernel holds what they ask for, or has refused some of it: that is tried
   * again.
   *
   * @throws KernelFault, ThreadFault when the kernel or the resolver is out of reach
   */
  async program(changes: readonly LeaseChange[], complete: boolean): Promise<void> {
    await this.#programmer.program(changes, complete);
    this.#listed ||= complete;
    this.#guard?.check();
  }

  /** Lets the resolver compare what the kernel holds with what it believes. */
  compare(): void {
    this.#resolver.compare();
  }

  /** Lets the resolver compare the routes of remote subnets: somebody else changed one. */
  compareRoutes(): void {
    this.#resolver.compareRoutes();
  }

  /** Programs those of the leases anew whose hosts the host's own routes reach in another way by now. */
  async reconsider(leases: readonly Lease[]): Promise<void> {
    if (this.#paths === undefined) {
      return;
    }
    const changes = this.#paths.reconsider(leases);
    if (changes.length > 0) {
      await this.#programmer.program(changes, false);
    }
    // The kernel tells of no route that goes with its interface.
    this.#resolver.compareRoutes();
  }

  /** By which the kernel names the routes of remote subnets (nlmsg_pid). */
  get port(): number {
    return this.#resolver.port;
  }

  /** The netlink sockets that hear of misses. */
  get sockets(): readonly NamedSocket[] {
    const monitor = this.#monitor === undefined ? [] : [{ name: 'L2 misses', port: this.#monitor.port }];
    return [{ name: 'misses', port: this.#resolver.port }, ...monitor];
  }

  /** Ends its threads. What is in the kernel stays. */
  async close(): Promise<void> {
    this.#guard?.close();
    await this.#monitor?.stop();
    await this.#resolver.stop();
  }

  #startMonitor({ device, ending, counters }: DataPlaneParts): L2Monitor {
    return new L2Monitor({
      ifindex: device.ifindex,
      onMiss: (mac) => this.#resolver.repairForwarding(mac),
      onOverrun: () => {
        counters.l2Overruns += 1;
      },
      onFailure: (fault) => ending.fail(fault),
    });
  }
}

/** With Backend.DirectRouting, and in the mode that has all routes. */
function directPathsOf({ options, config, kernel }: DataPlaneParts): DirectPaths | undefined {
  return options.programming === 'eager' && config.directRouting
    ? new DirectPaths((endpoint) => interfaceTo(kernel, endpoint))
    : undefined;
}
