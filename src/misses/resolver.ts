import type { ForwardingNotice } from '../kernel/forwarding.ts';
import { NOTHING_CAME, OVERRUN, receive } from '../kernel/receive.ts';
import type { Mac } from '../net/mac.ts';
import { PrefixTable } from '../net/prefix-table.ts';
import type { SubnetLease, VtepChange } from '../overlay/programmer.ts';
import { Comparison } from './comparison.ts';
import { decide } from './decide.ts';
import { ForwardingOnDemand } from './forwarding-on-demand.ts';
import { InstalledNeighbours } from './installed.ts';
import { Interference } from './interference.ts';
import { Lifetime } from './lifetime.ts';
import { MissAnswers } from './miss-answers.ts';
import {
  ACKNOWLEDGED,
  FORWARDING_WRITTEN,
  MALFORMED,
  MISS,
  MissMessage,
  NEIGHBOUR_WRITTEN,
  OTHER,
  REFUSAL,
} from './miss-message.ts';
import { NeighbourWriter } from './neighbour-writer.ts';
import { Outbox } from './outbox.ts';
import { Recovery } from './recovery.ts';
import { Refusals } from './refusals.ts';
import { RemoteHost } from './remote-host.ts';
import { RemoteSubnets } from './remote-subnets.ts';
import type { ResolverParts } from './resolver-parts.ts';
import { SubnetComparison } from './subnet-comparison.ts';
import { timeoutOfNeighbours, timeoutOfSubnets } from './time-outs.ts';

/**
 * Answers the kernel's questions about neighbours of one device from its own table of leases. It is the only writer
 * of that device's neighbours, and of the routes of remote subnets.
 */
export class Resolver {
  readonly #parts: ResolverParts;
  readonly #leases = new PrefixTable<RemoteHost>();
  readonly #lifetimes: readonly Lifetime[];
  readonly #interference: Interference;
  readonly #comparison: Comparison;
  readonly #outbox: Outbox;
  readonly #answers: MissAnswers;
  readonly #refusals: Refusals;
  readonly #subnets: RemoteSubnets;
  readonly #onDemand: ForwardingOnDemand | undefined;
  readonly #message = new MissMessage();
  readonly #recovery: Recovery;

  constructor(parts: ResolverParts) {
    const { mode, maximum, now } = parts;
    const leases = this.#leases;
    const subnets = new RemoteSubnets(mode.subnetRoutes, leases, maximum);
    const installed = new InstalledNeighbours(maximum);
    const lifetime = new Lifetime(installed, timeoutOfNeighbours(parts), now);
    const subnetLifetime = new Lifetime(subnets, timeoutOfSubnets(parts), now);
    const shared = { ...parts, leases, installed, subnets, lifetime, subnetLifetime };
    this.#parts = parts;
    this.#subnets = subnets;
    this.#lifetimes = [lifetime, subnetLifetime];
    this.#onDemand = parts.forwardOnDemand ? new ForwardingOnDemand(parts) : undefined;
    this.#interference = new Interference(installed, subnets, parts.counters, parts.onMended);
    this.#comparison = new Comparison({
      ...shared,
      writer: new NeighbourWriter({
        ...shared,
        forward: (vteps) => this.#onDemand?.install(vteps) ?? true,
      }),
      subnets: new SubnetComparison(shared),
      onDemand: this.#onDemand,
      interference: this.#interference,
    });
    this.#outbox = new Outbox({
      ...shared,
      vteps: this.#onDemand?.vteps,
      decide: (address) => decide(address, leases, this.#answers.isListed),
    });
    this.#answers = new MissAnswers({ ...shared, outbox: this.#outbox });
    const [outbox, comparison] = [this.#outbox, this.#comparison];
    this.#refusals = new Refusals({ ...parts, outbox, comparison });
    this.#recovery = new Recovery({ ...parts, outbox, comparison, answers: this.#answers });
  }

  /**
   * Waits for one datagram and deals with it; returns also when the socket's time-out passes without one.
   *
   * @throws KernelFault when the socket is beyond use
   */
  step(): void {
    const length = receive(this.#parts.misses, this.#message.datagram, 'read misses');
    const kind = length > 0 ? this.#message.read(length) : OTHER;
    if (length > 0) {
      this.#handle(kind, length);
    } else if (length === OVERRUN) {
      this.#recovery.noteOverrun();
    } else if (length === NOTHING_CAME) {
      this.#noteSilence();
    }
    // Of misses that wait together none looks at the clock: the acknowledgement behind them does.
    if (kind !== MISS || !this.#outbox.isBusy) {
      this.#recovery.compareIfDue();
    }
    this.#outbox.afterRead();
    this.#answers.tell();
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
  apply(changes: readonly SubnetLease[], complete: boolean, done: () => void = () => undefined): void {
    // What was decided by the old table must not be written after the new one.
    this.#outbox.flush();
    for (const lease of changes) {
      const { subnet, mac } = lease;
      if (mac === undefined) {
        this.#leases.delete(subnet);
      } else {
        this.#leases.set(subnet, new RemoteHost(lease, mac, this.#onDemand?.vteps.of(mac)));
      }
      this.#subnets.noteLease(subnet);
    }
    if (complete && !this.#answers.isListed) {
      this.#answers.noteListed();
      this.#outbox.compared(this.#comparison.compareAll());
      this.#outbox.rewrite([], done);
    } else {
      this.#outbox.rewrite(
        changes.map(({ subnet }) => subnet),
        done,
      );
    }
    this.#outbox.goOn();
  }

  /** The kernel had no forwarding entry for a frame to that MAC. */
  repairForwarding(mac: Mac): void {
    this.#onDemand?.repair(mac, this.#parts.now());
    this.#outbox.goOn();
  }

  /** Does what was put off. @throws KernelFault when the socket is beyond use */
  wake(): void {
    this.#tick();
    this.#recovery.compareIfDue();
    this.#outbox.goOn();
  }

  /** Compares all entries soon: the kernel may have dropped some. @throws KernelFault when the socket is beyond use */
  compare(): void {
    this.#comparison.everything.insist();
    this.wake();
  }

  /** Compares the routes of remote subnets: somebody else changed one. @throws KernelFault when the socket is beyond use */
  compareRoutes(): void {
    this.#comparison.routes.ask();
    this.wake();
  }

  #handle(kind: number, length: number): void {
    switch (kind) {
      case MISS:
        this.#recovery.noteMiss();
        this.#answers.resolve(this.#message.destination, this.#message.state, this.#message.protocol);
        break;
      case REFUSAL:
        this.#refusals.note(this.#message, length);
        this.#hearOfAcknowledgement();
        break;
      case ACKNOWLEDGED:
        this.#hearOfAcknowledgement();
        break;
      case NEIGHBOUR_WRITTEN:
        this.#interference.note(this.#message.destination, this.#message.state);
        this.#comparison.everything.ask();
        break;
      case FORWARDING_WRITTEN:
        this.#hearOfForwarding(this.#message.notice);
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
      this.#comparison.everything.ask();
    }
  }

  #hearOfAcknowledgement(): void {
    this.#tick();
    this.#recovery.noteAcknowledgement(this.#message.sequence);
  }

  #noteSilence(): void {
    this.#tick();
    this.#onDemand?.release(this.#parts.now());
    this.#outbox.nothingCame();
  }

  #tick(): void {
    for (const lifetime of this.#lifetimes) {
      lifetime.tick();
    }
  }
}
