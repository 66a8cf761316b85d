import { backOff } from '../base/back-off.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { ForwardingNotice } from '../kernel/forwarding.ts';
import type { LeaseChange } from '../leases/lease.ts';
import type { Counters } from '../misses/counters.ts';
import type { ResolverHandle } from '../misses/resolver-handle.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Device } from '../overlay/device.ts';
import { type ForwardingCounters, ForwardingTable } from '../overlay/forwarding-table.ts';
import { Programmer } from '../overlay/programmer.ts';
import type { Ending } from './ending.ts';
import type { RunOptions } from './run-options.ts';
import { startResolver } from './start-resolver.ts';

export interface DataPlaneParts {
  readonly kernel: Conversation;
  readonly device: Device;
  readonly network: Prefix;
  readonly options: RunOptions;
  readonly clock: Clock;
  readonly ending: Ending;
  readonly log: Log;
  /** Of the device's predecessor. */
  readonly counters?: { readonly misses: Counters; readonly forwarding: ForwardingCounters };
}

/** What others wrote into the forwarding table is looked at after this time, in milliseconds, all of it together. */
const LOOK_AFTER_MS = 50;

/** The neighbours and forwarding entries of one tunnel device, and what answers its misses. */
export class DataPlane {
  readonly resolver: ResolverHandle;
  readonly forwarding: ForwardingTable;
  readonly #parts: DataPlaneParts;
  readonly #programmer: Programmer;
  readonly #closing = new AbortController();
  #listed = false;
  #isRetrying = false;
  #isLooking = false;

  /** @throws KernelFault */
  constructor(parts: DataPlaneParts) {
    const { kernel, device, log, counters } = parts;
    this.#parts = parts;
    this.forwarding = new ForwardingTable(kernel, device.ifindex, log, counters?.forwarding);
    const { network, options, ending } = parts;
    this.resolver = startResolver({
      device,
      network,
      options,
      ending,
      log,
      ...(counters === undefined ? {} : { counters: counters.misses }),
      onForwarding: (notice) => this.#observe(notice),
    });
    this.#programmer = new Programmer(this.forwarding, this.resolver);
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
    if (this.forwarding.incomplete) {
      this.#run(this.#tryAgain());
    }
  }

  /** Ends the resolver. What is in the kernel stays. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.resolver.stop();
  }

  #run(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#closing.signal.aborted) {
        this.#parts.ending.fail(error);
      }
    });
  }

  /** What the kernel refused, for want of memory as a rule, is written again after a pause, until it takes it. */
  async #tryAgain(): Promise<void> {
    if (this.#isRetrying) {
      return;
    }
    this.#isRetrying = true;
    for (let attempt = 0; this.forwarding.incomplete; attempt++) {
      await this.#parts.clock.sleep(backOff(attempt), this.#closing.signal);
      if (this.#closing.signal.aborted) {
        return;
      }
      await this.#programmer.program([], true);
    }
    this.#isRetrying = false;
  }

  /** Somebody wrote a forwarding entry: the agent, as a rule. */
  #observe(notice: ForwardingNotice): void {
    if (this.#listed && !this.#isLooking && this.forwarding.contradicts(notice)) {
      this.#isLooking = true;
      this.#run(this.#look());
    }
  }

  async #look(): Promise<void> {
    const { clock, log, device } = this.#parts;
    await clock.sleep(LOOK_AFTER_MS, this.#closing.signal);
    this.#isLooking = false;
    if (this.#closing.signal.aborted) {
      return;
    }
    const before = { ...this.forwarding.counters };
    await this.#programmer.program([], true);
    const written = this.forwarding.counters.written - before.written;
    const removed = this.forwarding.counters.removed - before.removed;
    if (written + removed > 0) {
      log.warn(
        { device: device.name, written, removed },
        'put forwarding entries right that somebody else had changed',
      );
    }
  }
}
