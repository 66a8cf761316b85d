import type { Conversation } from '../kernel/conversation.ts';
import { listAskedNeighbours, listNeighbours } from '../kernel/neighbours.ts';
import type { PrefixTable } from '../net/prefix-table.ts';
import type { Counters } from './counters.ts';
import type { RemoteHost } from './decide.ts';
import type { ForwardingOnDemand } from './forwarding-on-demand.ts';
import type { Interference } from './interference.ts';
import type { NeighbourWriter } from './neighbour-writer.ts';

/** What the kernel had no memory for is tried again after this time, in milliseconds. */
const TRY_AGAIN_MS = 1000;

/** So many times as long as a comparison took nobody's interference brings another: they take a tenth of the time at most. */
const REST = 9;

export interface ComparisonParts {
  readonly ifindex: number;
  readonly conversation: Conversation;
  readonly counters: Counters;
  readonly writer: NeighbourWriter;
  readonly onDemand: ForwardingOnDemand | undefined;
  readonly leases: PrefixTable<RemoteHost>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Called when a comparison has to wait for so many milliseconds: the next read may be longer. */
  readonly onRest?: (milliseconds: number) => void;
  readonly interference: Interference;
}

/** Compares the kernel's tables of the device with the leases, by dumps, and writes the difference. */
export class Comparison {
  readonly #parts: ComparisonParts;
  /** When to compare everything again: the kernel had no memory for some of it, or somebody interferes without end. */
  #tryAgainAt: number | undefined;
  #restUntil = Number.NEGATIVE_INFINITY;
  #done = false;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
  }

  /** Somebody else wrote an entry. Tells whether to compare now; if not, it is due a little later. */
  mayCompare(): boolean {
    const left = this.#restUntil - this.#parts.now();
    if (left <= 0) {
      return true;
    }
    if (this.#tryAgainAt === undefined || this.#tryAgainAt > this.#restUntil) {
      this.#tryAgainAt = this.#restUntil;
      this.#parts.onRest?.(left);
    }
    return false;
  }

  /** Whether the time has come to compare everything again; takes it for done. */
  takeTurn(): boolean {
    const isDue = this.#tryAgainAt !== undefined && this.#parts.now() >= this.#tryAgainAt;
    this.#tryAgainAt = isDue ? undefined : this.#tryAgainAt;
    return isDue;
  }

  /**
   * Answers what waits, although no complete list may have been there yet.
   *
   * @throws KernelFault
   */
  answerWaiting(listed: boolean): void {
    const { conversation, ifindex, writer, leases } = this.#parts;
    writer.answerWaiting(listAskedNeighbours(conversation, ifindex), leases, listed);
  }

  /**
   * Compares everything with a complete list of leases.
   *
   * @returns false when the kernel had no memory for some of it: then it is due again after a while
   * @throws KernelFault
   */
  compareAll(): boolean {
    const { conversation, ifindex, counters, writer, onDemand, leases, now, interference } = this.#parts;
    const mended = counters.get('mended');
    const adopted = counters.get('adopted');
    const begun = now();
    onDemand?.read();
    const neighbours = writer.adopt(listNeighbours(conversation, ifindex), leases);
    const forwarding = onDemand?.settle() ?? true;
    const whole = neighbours && forwarding;
    const ended = now();
    this.#restUntil = ended + REST * (ended - begun);
    this.#tryAgainAt = whole ? undefined : ended + TRY_AGAIN_MS;
    // At first what differs was left by an earlier agent; later what is kept was adopted or installed long ago.
    counters.set(this.#done ? 'adopted' : 'mended', this.#done ? adopted : mended);
    this.#done = true;
    interference.compared();
    return whole;
  }
}
