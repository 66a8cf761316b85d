import { errnoName } from '../base/errno.ts';
import { type ForwardingNotice, readForwardingNotice } from '../kernel/forwarding.ts';
import { NOTHING_CAME, OVERRUN, receive } from '../kernel/receive.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { type Mac, macToBytes } from '../net/mac.ts';
import { PrefixTable } from '../net/prefix-table.ts';
import { NUD_INCOMPLETE, NUD_PROBE } from '../netlink/constants.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';
import type { VtepChange } from '../overlay/programmer.ts';
import { FORWARDING_SEQUENCE } from './answer.ts';
import { Comparison } from './comparison.ts';
import { decide, HOLD, NO_LEASE, type RemoteHost } from './decide.ts';
import { ForwardingOnDemand } from './forwarding-on-demand.ts';
import { InstalledNeighbours } from './installed.ts';
import { Interference } from './interference.ts';
import { Lifetime } from './lifetime.ts';
import {
  ACKNOWLEDGED,
  FORWARDING_WRITTEN,
  MALFORMED,
  MISS,
  MissMessage,
  NEIGHBOUR_WRITTEN,
  REFUSAL,
} from './miss-message.ts';
import { NeighbourWriter } from './neighbour-writer.ts';
import { OUT_OF_MEMORY } from './out-of-memory.ts';
import { Outbox } from './outbox.ts';
import type { SubnetChange } from './resolver-changes.ts';
import type { ResolverParts } from './resolver-parts.ts';
import type { Vtep } from './vtep.ts';

/**
 * Answers the kernel's questions about neighbours of one device from its own table of leases. It is the only writer
 * of that device's neighbours.
 */
export class Resolver {
  readonly #parts: ResolverParts;
  readonly #leases = new PrefixTable<RemoteHost>();
  readonly #installed: InstalledNeighbours;
  readonly #lifetime: Lifetime;
  readonly #interference: Interference;
  readonly #comparison: Comparison;
  readonly #outbox: Outbox;
  readonly #onDemand: ForwardingOnDemand | undefined;
  readonly #message = new MissMessage();
  #unknown: Ipv4 | undefined;
  #listed = false;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
    this.#installed = new InstalledNeighbours(parts.maximum);
    this.#lifetime = new Lifetime(this.#installed, parts.idleTimeout, parts.now);
    this.#onDemand = parts.forwardOnDemand ? new ForwardingOnDemand(parts) : undefined;
    const forward = (vteps: Iterable<Vtep>) => this.#onDemand?.install(vteps) ?? true;
    const writer = new NeighbourWriter({ ...parts, forward }, this.#installed, this.#lifetime);
    this.#interference = new Interference(this.#installed, parts.counters, parts.onMended);
    this.#comparison = new Comparison({
      ...parts,
      writer,
      onDemand: this.#onDemand,
      leases: this.#leases,
      interference: this.#interference,
    });
    this.#outbox = new Outbox({
      ...parts,
      installed: this.#installed,
      lifetime: this.#lifetime,
      vteps: this.#onDemand?.vteps,
      decide: (address) => decide(address, this.#leases, this.#listed),
    });
  }

  /**
   * Waits for one datagram and deals with it; returns also when the socket's time-out passes without one.
   *
   * @throws KernelFault when the socket is beyond use
   */
  step(): void {
    const length = receive(this.#parts.misses, this.#message.datagram, 'read misses');
    if (length > 0) {
      this.#handle(length);
    } else if (length === OVERRUN) {
      this.#noteOverrun();
    } else if (length === NOTHING_CAME) {
      this.#noteSilence();
    }
    if (this.#comparison.takeTurn()) {
      this.#outbox.fallBehind('everything');
    }
    this.#outbox.afterRead();
    if (this.#unknown !== undefined) {
      this.#parts.onUnknown?.(this.#unknown);
      this.#unknown = undefined;
    }
  }

  /** Takes over where VTEPs are, before `apply` lets neighbours lead to them; for forwarding entries on demand. */
  place(changes: readonly VtepChange[]): void {
    this.#onDemand?.place(changes);
  }

  /**
   * Takes lease changes over and lets the neighbours that exist follow them, a few at a time, so that no miss waits for
   * thousands of them. `complete` says that the table holds all leases with this: the first time, what the kernel holds
   * is compared with it.
   *
   * @param done called when the neighbours follow
   * @throws KernelFault when the socket is beyond use
   */
  apply(changes: readonly SubnetChange[], complete: boolean, done: () => void = () => undefined): void {
    // What was decided by the old table must not be written after the new one.
    this.#outbox.flush();
    for (const { subnet, mac } of changes) {
      if (mac === undefined) {
        this.#leases.delete(subnet);
      } else {
        this.#leases.set(subnet, { mac: macToBytes(mac), vtep: this.#onDemand?.vteps.of(mac) });
      }
    }
    if (complete && !this.#listed) {
      this.#listed = true;
      this.#outbox.compared(this.#comparison.compareAll());
      this.#outbox.rewrite([], done);
    } else {
      this.#outbox.rewrite(
        changes.map(({ subnet }) => subnet),
        done,
      );
    }
    this.#outbox.goOn();
    this.#parts.counters.set('neighbours', this.#installed.size);
  }

  /** The kernel had no forwarding entry for a frame to that MAC. */
  repairForwarding(mac: Mac): void {
    this.#onDemand?.repair(mac, this.#parts.now());
    this.#outbox.goOn();
  }

  /** Compares all entries soon: the kernel may have dropped some. @throws KernelFault when the socket is beyond use */
  compare(): void {
    this.#outbox.fallBehind('everything');
    this.#outbox.goOn();
  }

  #handle(length: number): void {
    switch (this.#message.read(length)) {
      case MISS:
        this.#resolve(this.#message.destination, this.#message.state);
        break;
      case REFUSAL:
        this.#noteRefusal(this.#message.errno, this.#message.sequence);
        this.#noteAcknowledgement(this.#message.sequence);
        break;
      case ACKNOWLEDGED:
        this.#noteAcknowledgement(this.#message.sequence);
        break;
      case NEIGHBOUR_WRITTEN:
        this.#interference.note(this.#message.destination, this.#message.state);
        this.#compareIfRested();
        break;
      case FORWARDING_WRITTEN:
        this.#hearOfForwarding(readForwardingNotice(this.#message.type, this.#message.payload(length)));
        break;
      case MALFORMED:
        this.#parts.counters.add('malformed');
        break;
    }
  }

  #hearOfForwarding(notice: ForwardingNotice): void {
    if (this.#onDemand === undefined) {
      this.#parts.onForwarding?.(notice);
    } else if (this.#onDemand.contradicts(notice)) {
      this.#interference.noteForwarding();
      this.#compareIfRested();
    }
  }

  #compareIfRested(): void {
    if (this.#comparison.mayCompare()) {
      this.#outbox.fallBehind('everything');
    }
  }

  /** The path of a miss: allocates nothing, waits for nobody. */
  #resolve(destination: Ipv4, state: number): void {
    const { counters } = this.#parts;
    const decision = decide(destination, this.#leases, this.#listed);
    if (decision === HOLD) {
      counters.add('held');
    } else if (decision === NO_LEASE) {
      this.#refuse(destination, state);
    } else {
      this.#outbox.addResolved(destination, decision);
      counters.add(state === NUD_PROBE ? 'refreshed' : 'answered');
      this.#note(destination, state, decision);
    }
  }

  /** An entry in use that is not in our care was removed after it had asked, and the answer does not bring it back. */
  #note(destination: Ipv4, state: number, remote: RemoteHost): void {
    if (state === NUD_PROBE && this.#listed && !this.#installed.has(destination)) {
      return;
    }
    if (this.#installed.isFull && !this.#installed.has(destination)) {
      this.#outbox.evict();
    }
    this.#installed.touch(destination, remote);
  }

  /** An entry in PROBE that is not ours was put there by somebody who may know better than the leases. */
  #refuse(destination: Ipv4, state: number): void {
    if (state === NUD_INCOMPLETE || this.#message.protocol === OWN_PROTOCOL) {
      this.#outbox.addAbsent(destination);
      this.#installed.forget(destination);
      this.#unknown = destination;
      this.#parts.counters.add('noLease');
    }
  }

  /** What the kernel had no memory for still waits: the dump that catches up finds it. */
  #noteRefusal(errno: number, sequence: number): void {
    this.#parts.counters.addRefusal(errno);
    this.#parts.counters.add('forwardingFailed', sequence === FORWARDING_SEQUENCE ? 1 : 0);
    if (OUT_OF_MEMORY.has(errnoName(errno))) {
      this.#outbox.fallBehind('everything');
    }
  }

  #noteAcknowledgement(sequence: number): void {
    this.#lifetime.tick();
    const due = this.#outbox.acknowledged(sequence);
    if (due === 'nothing') {
      return;
    }
    if (due === 'everything' && this.#listed) {
      this.#outbox.compared(this.#comparison.compareAll());
    } else {
      this.#comparison.answerWaiting(this.#listed);
    }
    this.#parts.counters.set('neighbours', this.#installed.size);
  }

  #noteOverrun(): void {
    this.#parts.counters.add('overruns');
    this.#outbox.fallBehind('misses');
  }

  #noteSilence(): void {
    this.#lifetime.tick();
    this.#onDemand?.release(this.#lifetime.now);
    this.#outbox.nothingCame();
  }
}
