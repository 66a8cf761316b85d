import { codeOf, errnoName } from '../base/errno.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { KernelFault } from '../kernel/kernel-fault.ts';
import { listAskedNeighbours, listNeighbours } from '../kernel/neighbours.ts';
import type { Transport } from '../kernel/transport.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { type Mac, macToBytes } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';
import { PrefixTable } from '../net/prefix-table.ts';
import { NUD_INCOMPLETE, NUD_PROBE } from '../netlink/constants.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';
import type { Counters } from './counters.ts';
import { decide, HOLD, NO_LEASE, type RemoteHost } from './decide.ts';
import { InstalledNeighbours } from './installed.ts';
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
import { NeighbourWriter, OUT_OF_MEMORY } from './neighbour-writer.ts';
import { Outbox } from './outbox.ts';

/** What the kernel had no memory for in a comparison is tried again after this time, in milliseconds. */
const TRY_AGAIN_MS = 1000;

/** A change of one subnet's lease: its host's MAC, or undefined when nobody holds it any more. */
export interface SubnetChange {
  readonly subnet: Prefix;
  readonly mac: Mac | undefined;
}

export interface ResolverParts {
  readonly ifindex: number;
  readonly network: Prefix;
  /** The miss socket: what is read are questions, what is written are answers. */
  readonly misses: Transport;
  /** For dumps and for what changes with leases. */
  readonly conversation: Conversation;
  readonly counters: Counters;
  /** How many neighbours there may be. */
  readonly maximum: number;
  /** How long nobody uses an entry before it goes, in milliseconds; NEVER: only when there are too many. */
  readonly idleTimeout: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Called when somebody else wrote a forwarding entry of the device, or the agent did: with the message's payload. */
  readonly onForwarding?: (type: number, payload: Buffer) => void;
  /** Called when entries were put right that somebody else had removed, added or altered, with their number. */
  readonly onMended?: (entries: number) => void;
  /** Called after an address without a lease was answered; not for each one when several are answered together. */
  readonly onUnknown?: (address: Ipv4) => void;
}

/**
 * Answers the kernel's questions about neighbours of one device from its own table of leases. It is the only writer
 * of that device's neighbours.
 */
export class Resolver {
  readonly #parts: ResolverParts;
  readonly #leases = new PrefixTable<RemoteHost>();
  readonly #installed: InstalledNeighbours;
  readonly #lifetime: Lifetime;
  readonly #writer: NeighbourWriter;
  readonly #outbox: Outbox;
  readonly #message = new MissMessage();
  #unknown: Ipv4 | undefined;
  #listed = false;
  /** When to compare everything again, because the kernel had no memory for some of it. */
  #tryAgainAt: number | undefined;
  /** Somebody else wrote entries of the device, and nothing was compared since. */
  #interference = false;

  constructor(parts: ResolverParts) {
    const { ifindex, misses, counters } = parts;
    this.#parts = parts;
    this.#installed = new InstalledNeighbours(parts.maximum);
    this.#lifetime = new Lifetime(this.#installed, parts.idleTimeout, parts.now);
    this.#writer = new NeighbourWriter(parts, this.#installed, this.#lifetime);
    const decideNow = (address: Ipv4) => decide(address, this.#leases, this.#listed);
    this.#outbox = new Outbox({
      ifindex,
      misses,
      counters,
      installed: this.#installed,
      lifetime: this.#lifetime,
      decide: decideNow,
    });
  }

  /**
   * Waits for one datagram and deals with it; returns also when the socket's time-out passes without one.
   *
   * @throws KernelFault when the socket is beyond use
   */
  step(): void {
    const length = this.#receive();
    if (length > 0) {
      this.#handle(length);
    }
    if (this.#tryAgainAt !== undefined && this.#parts.now() >= this.#tryAgainAt) {
      this.#tryAgainAt = undefined;
      this.#outbox.fallBehind('everything');
    }
    this.#outbox.afterRead();
    if (this.#unknown !== undefined) {
      this.#parts.onUnknown?.(this.#unknown);
      this.#unknown = undefined;
    }
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
        this.#leases.set(subnet, { mac: macToBytes(mac) });
      }
    }
    if (complete && !this.#listed) {
      this.#listed = true;
      this.#compareAll();
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

  #handle(length: number): void {
    switch (this.#message.read(length)) {
      case MISS:
        this.#resolve(this.#message.destination, this.#message.state);
        break;
      case REFUSAL:
        this.#noteRefusal(this.#message.errno);
        this.#noteAcknowledgement(this.#message.sequence);
        break;
      case ACKNOWLEDGED:
        this.#noteAcknowledgement(this.#message.sequence);
        break;
      case NEIGHBOUR_WRITTEN:
        this.#interference = true;
        this.#outbox.fallBehind('everything');
        break;
      case FORWARDING_WRITTEN:
        this.#parts.onForwarding?.(this.#message.type, this.#message.payload(length));
        break;
      case MALFORMED:
        this.#parts.counters.add('malformed');
        break;
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
      this.#outbox.addResolved(destination, decision.mac);
      counters.add(state === NUD_PROBE ? 'refreshed' : 'answered');
      if (this.#installed.isFull && !this.#installed.has(destination)) {
        this.#outbox.evict();
      }
      this.#installed.touch(destination, decision, this.#lifetime.now);
    }
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
  #noteRefusal(errno: number): void {
    this.#parts.counters.addRefusal(errno);
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
    const { conversation, ifindex, counters } = this.#parts;
    if (due === 'everything' && this.#listed) {
      // What is kept was adopted or installed long ago.
      const adopted = counters.get('adopted');
      this.#compareAll();
      counters.set('adopted', adopted);
    } else {
      this.#writer.answerWaiting(listAskedNeighbours(conversation, ifindex), this.#leases, this.#listed);
    }
    counters.set('neighbours', this.#installed.size);
  }

  #compareAll(): void {
    const { conversation, ifindex, counters, now, onMended } = this.#parts;
    const mended = counters.get('mended');
    const whole = this.#writer.adopt(listNeighbours(conversation, ifindex), this.#leases);
    this.#tryAgainAt = whole ? undefined : now() + TRY_AGAIN_MS;
    this.#outbox.compared(whole);
    if (this.#interference) {
      this.#interference = false;
      onMended?.(counters.get('mended') - mended);
    }
  }

  /** Returns 0 when there was nothing to read: the time-out passed, a signal came, or notifications were dropped. */
  #receive(): number {
    try {
      return this.#parts.misses.receive(this.#message.datagram);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOBUFS') {
        this.#parts.counters.add('overruns');
        this.#outbox.fallBehind('misses');
      } else if (code === 'EAGAIN') {
        this.#lifetime.tick();
        this.#outbox.nothingCame();
      } else if (code !== 'EINTR') {
        throw KernelFault.broken('read misses', code ?? 'EIO', error);
      }
      return 0;
    }
  }
}
