import { codeOf } from '../base/errno.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { KernelFault } from '../kernel/kernel-fault.ts';
import { listNeighbours } from '../kernel/neighbours.ts';
import type { Transport } from '../kernel/transport.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import { PrefixTable } from '../net/prefix-table.ts';
import { NUD_INCOMPLETE, NUD_PROBE } from '../netlink/constants.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';
import { absentTemplate, fill, pokeMessage, resolvedTemplate } from './answer.ts';
import type { Counters } from './counters.ts';
import { decide, HOLD, NO_LEASE, type RemoteHost } from './decide.ts';
import { InstalledNeighbours } from './installed.ts';
import { ACKNOWLEDGED, MALFORMED, MISS, MissMessage, REFUSAL } from './miss-message.ts';
import { NeighbourWriter } from './neighbour-writer.ts';

/** The sequence number by which the resolver knows the answer to its own poke; main's pokes carry POKE. */
export const POKE = 1;
const CAUGHT_UP = 2;

/** A change of one subnet's lease: its host's MAC, or undefined when nobody holds it any more. */
export interface SubnetChange {
  readonly subnet: Prefix;
  readonly mac: Uint8Array | undefined;
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
}

/**
 * Answers the kernel's questions about neighbours of one device, one at a time, from its own table of leases. It is
 * the only writer of that device's neighbours.
 */
export class Resolver {
  readonly #parts: ResolverParts;
  readonly #leases = new PrefixTable<RemoteHost>();
  readonly #installed: InstalledNeighbours;
  readonly #writer: NeighbourWriter;
  readonly #message = new MissMessage();
  readonly #buffer = Buffer.alloc(4096);
  readonly #resolved;
  readonly #absent;
  readonly #caughtUp = pokeMessage(CAUGHT_UP);
  #listed = false;
  #behind = false;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
    this.#installed = new InstalledNeighbours(parts.maximum);
    this.#resolved = resolvedTemplate(parts.ifindex);
    this.#absent = absentTemplate(parts.ifindex);
    this.#writer = new NeighbourWriter(parts, this.#installed);
  }

  /**
   * Waits for one datagram and deals with it; returns also when the socket's time-out passes without one.
   *
   * After an overrun the kernel drops every notification until the queue has been read empty, an acknowledgement too
   * (net/netlink/af_netlink.c, netlink_attachskb). So each read is followed by a poke until one is acknowledged: from
   * then on nothing is lost, and what was lost before is found by a dump.
   *
   * @throws KernelFault when the socket is beyond use
   */
  step(): void {
    const length = this.#receive();
    if (length > 0) {
      this.#handle(length);
    }
    if (this.#behind) {
      this.#send(this.#caughtUp);
    }
  }

  /**
   * Takes lease changes over and lets the neighbours that exist follow them. `complete` says that the table holds all
   * leases with this: the first time, what the kernel holds is compared with it.
   *
   * @throws KernelFault when the socket is beyond use
   */
  apply(changes: readonly SubnetChange[], complete: boolean): void {
    for (const { subnet, mac } of changes) {
      if (mac === undefined) {
        this.#leases.delete(subnet);
      } else {
        this.#leases.set(subnet, { mac });
      }
    }
    if (complete && !this.#listed) {
      this.#listed = true;
      this.#writer.adopt(this.#list(), this.#leases);
    } else {
      this.#writer.follow(changes, this.#leases, this.#listed);
    }
    this.#countInstalled();
  }

  #handle(length: number): void {
    const { counters } = this.#parts;
    switch (this.#message.read(this.#buffer, length)) {
      case MISS:
        this.#resolve(this.#message.destination, this.#message.state);
        break;
      case REFUSAL:
        counters.addRefusal(this.#message.errno);
        break;
      case ACKNOWLEDGED:
        if (this.#message.sequence === CAUGHT_UP && this.#behind) {
          this.#behind = false;
          this.#writer.answerWaiting(this.#list(), this.#leases, this.#listed);
          this.#countInstalled();
        }
        break;
      case MALFORMED:
        counters.add('malformed');
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
      fill(this.#resolved, destination, decision.mac);
      this.#send(this.#resolved.bytes);
      counters.add(state === NUD_PROBE ? 'refreshed' : 'answered');
      const evicted = this.#installed.touch(destination, decision);
      if (evicted !== undefined) {
        this.#evict(evicted);
      }
      this.#countInstalled();
    }
  }

  /** An entry in PROBE that is not ours was put there by somebody who may know better than the leases. */
  #refuse(destination: Ipv4, state: number): void {
    if (state === NUD_INCOMPLETE || this.#message.protocol === OWN_PROTOCOL) {
      fill(this.#absent, destination, undefined);
      this.#send(this.#absent.bytes);
      this.#installed.forget(destination);
      this.#parts.counters.add('noLease');
    }
  }

  #evict(address: Ipv4): void {
    fill(this.#absent, address, undefined);
    this.#send(this.#absent.bytes);
    this.#parts.counters.add('evicted');
  }

  #countInstalled(): void {
    this.#parts.counters.set('neighbours', this.#installed.size);
  }

  #list() {
    return listNeighbours(this.#parts.conversation, this.#parts.ifindex);
  }

  /** Returns 0 when there was nothing to read: the time-out passed, a signal came, or notifications were dropped. */
  #receive(): number {
    try {
      return this.#parts.misses.receive(this.#buffer);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOBUFS') {
        this.#parts.counters.add('overruns');
        this.#behind = true;
      } else if (code !== 'EAGAIN' && code !== 'EINTR') {
        throw KernelFault.broken('read misses', code ?? 'EIO', error);
      }
      return 0;
    }
  }

  /** An answer that cannot be sent is counted and not repeated: the kernel asks again, twice, a second apart. */
  #send(bytes: Buffer): void {
    try {
      this.#parts.misses.send(bytes);
    } catch (error) {
      const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : 0;
      this.#parts.counters.addRefusal(Math.abs(errno));
    }
  }
}
