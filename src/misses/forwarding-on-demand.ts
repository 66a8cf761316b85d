import { errnoNumber } from '../base/errno.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { type ForwardingNotice, listForwarding, replaceForwarding } from '../kernel/forwarding.ts';
import { type Mac, macToBytes } from '../net/mac.ts';
import type { VtepChange } from '../overlay/programmer.ts';
import type { Counters } from './counters.ts';
import { NEVER } from './lifetime.ts';
import { OUT_OF_MEMORY } from './out-of-memory.ts';
import type { Recording } from './recording/recording.ts';
import { type Vtep, VtepTable } from './vtep.ts';

export interface ForwardingOnDemandParts {
  readonly ifindex: number;
  readonly conversation: Conversation;
  readonly counters: Counters;
  readonly recording: Recording;
  /** Milliseconds; NEVER: for ever. */
  readonly idleTimeout: number;
}

/**
 * The forwarding entries of one device, each installed with the first neighbour that leads to it, and removed with the
 * last. All of the device's entries are ours.
 */
export class ForwardingOnDemand {
  readonly vteps: VtepTable;
  readonly #conversation: Conversation;
  readonly #ifindex: number;
  readonly #counters: Counters;
  readonly #recording: Recording;
  readonly #idleTimeout: number;

  constructor({ ifindex, conversation, counters, recording, idleTimeout }: ForwardingOnDemandParts) {
    this.vteps = new VtepTable(counters);
    this.#conversation = conversation;
    this.#ifindex = ifindex;
    this.#counters = counters;
    this.#recording = recording;
    this.#idleTimeout = idleTimeout === NEVER ? Number.POSITIVE_INFINITY : idleTimeout;
  }

  /** Takes over where leases say that VTEPs are. */
  place(changes: readonly VtepChange[]): void {
    for (const { mac, endpoint } of changes) {
      this.vteps.place(mac, endpoint);
    }
  }

  /** Whether what is told of an entry is not what we believe: somebody else wrote it, or it is an echo of long ago. */
  contradicts({ mac, endpoint, isRemoval }: ForwardingNotice): boolean {
    const vtep = mac === undefined ? undefined : this.vteps.get(mac);
    return isRemoval ? vtep?.isHeld === true : vtep?.leadsTo(endpoint) !== true;
  }

  /** The kernel had no entry for a frame to that MAC. The frame is lost; the next one is not, if a lease names the MAC. */
  repair(mac: Mac, now: number): void {
    const vtep = this.vteps.get(mac);
    this.#recording.noteFrame(vtep?.bytes ?? macToBytes(mac), vtep?.endpoint);
    if (vtep?.endpoint === undefined) {
      return;
    }
    if (vtep.isHeld) {
      this.#counters.add('forwarding', -1);
      vtep.noteGone();
    }
    if (vtep.neighbours === 0) {
      this.vteps.keep(vtep, now + this.#idleTimeout);
    }
    this.vteps.noteChanged(vtep);
  }

  /** Takes note of what the kernel holds. */
  read(): void {
    for (const vtep of this.vteps.all()) {
      vtep.noteGone();
    }
    const held = listForwarding(this.#conversation, this.#ifindex);
    for (const { mac, endpoint } of held) {
      this.vteps.of(mac).noteHeld(endpoint);
    }
    this.#counters.set('forwarding', held.length);
  }

  /**
   * Writes those of the entries that the kernel lacks.
   *
   * @returns false when the kernel had no memory for some
   */
  install(vteps: Iterable<Vtep>): boolean {
    const missing = new Set<Vtep>();
    for (const vtep of vteps) {
      if (vtep.isMissing) {
        missing.add(vtep);
      }
    }
    const written = [...missing];
    const requests = written.map(({ mac, endpoint }) => replaceForwarding(this.#ifindex, mac, endpoint ?? 0));
    const failures = this.#conversation.batch('install forwarding entries', requests);
    const refused = new Map(failures.map(({ index, fault }) => [index, fault.code]));
    for (const [index, vtep] of written.entries()) {
      const code = refused.get(index);
      if (code === undefined) {
        this.vteps.noteWritten(vtep);
      } else {
        this.#counters.add('forwardingFailed');
        this.#counters.addRefusal(errnoNumber(code));
        this.#recording.noteFrameRefused(vtep.bytes, errnoNumber(code));
      }
    }
    return !failures.some(({ fault }) => OUT_OF_MEMORY.has(fault.code));
  }

  /**
   * Writes what neighbours lack; what none needs is to be removed with the next writes.
   *
   * @returns false when the kernel had no memory for some
   */
  settle(): boolean {
    const all = [...this.vteps.all()];
    const missing = all.filter(({ isNeeded, isMissing }) => isNeeded && isMissing);
    const stale = all.filter(({ isNeeded, isHeld }) => !isNeeded && isHeld);
    this.#counters.add('mended', missing.length + stale.length);
    for (const vtep of stale) {
      this.vteps.noteChanged(vtep);
    }
    return this.install(missing);
  }

  /** Keeps what frames of somebody else used within the idle time-out; what nobody used goes. */
  release(now: number): void {
    const due = new Set(this.vteps.release(now));
    if (due.size === 0) {
      return;
    }
    for (const { mac, unusedMs } of listForwarding(this.#conversation, this.#ifindex)) {
      const vtep = this.vteps.get(mac);
      if (vtep !== undefined && due.has(vtep) && unusedMs !== undefined && unusedMs < this.#idleTimeout) {
        this.vteps.keep(vtep, now + this.#idleTimeout - unusedMs);
      }
    }
  }
}
