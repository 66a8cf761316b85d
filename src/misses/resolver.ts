import { codeOf, errnoName } from '../base/errno.ts';
import type { Conversation } from '../kernel/conversation.ts';
import { KernelFault } from '../kernel/kernel-fault.ts';
import { listAskedNeighbours, listNeighbours } from '../kernel/neighbours.ts';
import type { Transport } from '../kernel/transport.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import { PrefixTable } from '../net/prefix-table.ts';
import { NUD_INCOMPLETE, NUD_PROBE } from '../netlink/constants.ts';
import { OWN_PROTOCOL } from '../overlay/ownership.ts';
import { pokeMessage } from './answer.ts';
import { AnswerQueue } from './answer-queue.ts';
import type { Counters } from './counters.ts';
import { decide, HOLD, NO_LEASE, type RemoteHost } from './decide.ts';
import { InstalledNeighbours } from './installed.ts';
import { Marks } from './marks.ts';
import { ACKNOWLEDGED, MALFORMED, MISS, MissMessage, REFUSAL } from './miss-message.ts';
import { NeighbourWriter } from './neighbour-writer.ts';

/** Sequence numbers tell acknowledgements apart: of main's pokes, of our own, and of answers that end a batch. */
export const POKE = 1;
const CAUGHT_UP = 2;
const MARK = 3;

/** Refusals after which the entry may still wait for an answer. */
const OUT_OF_MEMORY = new Set(['ENOBUFS', 'ENOMEM', 'EAGAIN']);

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
  readonly #writer: NeighbourWriter;
  readonly #answers: AnswerQueue;
  readonly #marks = new Marks();
  readonly #message = new MissMessage();
  readonly #buffer = Buffer.alloc(4096);
  readonly #caughtUp = pokeMessage(CAUGHT_UP);
  #unknown: Ipv4 | undefined;
  #listed = false;
  /** Notifications were dropped, and may still be. */
  #behind = false;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
    this.#installed = new InstalledNeighbours(parts.maximum);
    this.#answers = new AnswerQueue(parts.ifindex);
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
    if (!this.#answers.isEmpty && (!this.#marks.outstanding || this.#answers.isFull)) {
      this.#flush();
    }
    if (this.#behind) {
      this.#send(this.#caughtUp);
    } else if (this.#installed.isOverfull && !this.#marks.outstanding) {
      this.#makeRoom();
    }
    if (this.#unknown !== undefined) {
      this.#parts.onUnknown?.(this.#unknown);
      this.#unknown = undefined;
    }
  }

  /**
   * Takes lease changes over and lets the neighbours that exist follow them. `complete` says that the table holds all
   * leases with this: the first time, what the kernel holds is compared with it.
   *
   * @throws KernelFault when the socket is beyond use
   */
  apply(changes: readonly SubnetChange[], complete: boolean): void {
    // What was decided by the old table must not be written after the new one.
    if (!this.#answers.isEmpty) {
      this.#flush();
    }
    for (const { subnet, mac } of changes) {
      if (mac === undefined) {
        this.#leases.delete(subnet);
      } else {
        this.#leases.set(subnet, { mac });
      }
    }
    if (complete && !this.#listed) {
      this.#listed = true;
      this.#writer.adopt(listNeighbours(this.#parts.conversation, this.#parts.ifindex), this.#leases);
    } else {
      this.#writer.follow(changes, this.#leases, this.#listed);
    }
    this.#countInstalled();
  }

  #handle(length: number): void {
    switch (this.#message.read(this.#buffer, length)) {
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
      this.#answers.addResolved(destination, decision.mac);
      counters.add(state === NUD_PROBE ? 'refreshed' : 'answered');
      const evicted = this.#installed.touch(destination, decision);
      if (evicted !== undefined) {
        this.#answers.addAbsent(evicted);
        counters.add('evicted');
      }
    }
  }

  /**
   * Evicts when nobody waits, a batch at a time. Each batch ends with a mark, so that the next one follows when the
   * misses that came meanwhile are answered.
   */
  #makeRoom(): void {
    while (this.#installed.isOverfull && !this.#answers.isFull) {
      const evicted = this.#installed.evict();
      if (evicted !== undefined) {
        this.#answers.addAbsent(evicted);
        this.#parts.counters.add('evicted');
      }
    }
    this.#marks.next(true);
    this.#write(MARK);
  }

  /** An entry in PROBE that is not ours was put there by somebody who may know better than the leases. */
  #refuse(destination: Ipv4, state: number): void {
    if (state === NUD_INCOMPLETE || this.#message.protocol === OWN_PROTOCOL) {
      this.#answers.addAbsent(destination);
      this.#installed.forget(destination);
      this.#unknown = destination;
      this.#parts.counters.add('noLease');
    }
  }

  /** What the kernel had no memory for still waits: the dump that catches up finds it. */
  #noteRefusal(errno: number): void {
    this.#parts.counters.addRefusal(errno);
    this.#behind ||= OUT_OF_MEMORY.has(errnoName(errno));
  }

  #noteAcknowledgement(sequence: number): void {
    if (sequence === MARK) {
      this.#marks.cameBack(!this.#answers.isEmpty);
    } else if (sequence === CAUGHT_UP && this.#behind) {
      this.#behind = false;
      const asked = listAskedNeighbours(this.#parts.conversation, this.#parts.ifindex);
      this.#writer.answerWaiting(asked, this.#leases, this.#listed);
      this.#countInstalled();
    }
  }

  #flush(): void {
    this.#write(!this.#behind && this.#marks.next() ? MARK : 0);
  }

  #write(mark: number): void {
    this.#send(this.#answers.take(mark));
    this.#countInstalled();
  }

  #countInstalled(): void {
    this.#parts.counters.set('neighbours', this.#installed.size);
  }

  /**
   * Returns 0 when there was nothing to read: the time-out passed, a signal came, or notifications were dropped, the
   * mark perhaps among them, so that nothing may go on waiting for it.
   */
  #receive(): number {
    try {
      return this.#parts.misses.receive(this.#buffer);
    } catch (error) {
      const code = codeOf(error);
      this.#marks.lost();
      if (code === 'ENOBUFS') {
        this.#parts.counters.add('overruns');
        this.#behind = true;
      } else if (code !== 'EAGAIN' && code !== 'EINTR') {
        throw KernelFault.broken('read misses', code ?? 'EIO', error);
      }
      return 0;
    }
  }

  /** Answers that cannot be sent are counted; the dump that catches up finds who still waits for one. */
  #send(bytes: Buffer): void {
    try {
      this.#parts.misses.send(bytes);
    } catch (error) {
      this.#marks.lost();
      this.#behind = true;
      const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : 0;
      this.#parts.counters.addRefusal(Math.abs(errno));
    }
  }
}
