import type { Conversation } from '../kernel/conversation.ts';
import { listAskedNeighbours, listNeighbours } from '../kernel/neighbours.ts';
import { listRoutes, type Route } from '../kernel/routes.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { PrefixTable } from '../net/prefix-table.ts';
import type { Counters } from './counters.ts';
import type { RemoteHost } from './decide.ts';
import type { ForwardingOnDemand } from './forwarding-on-demand.ts';
import type { Interference } from './interference.ts';
import type { NeighbourWriter } from './neighbour-writer.ts';
import type { SubnetComparison } from './subnet-comparison.ts';

/** What the kernel had no memory for is tried again after this time, in milliseconds. */
const TRY_AGAIN_MS = 1000;

/** A comparison waits no longer for misses to end. */
const LONGEST_DELAY_MS = 5000;

/** So many times as long as a comparison took nobody's interference brings another: they take a tenth of the time at most. */
const REST = 9;

export interface ComparisonParts {
  readonly ifindex: number;
  readonly conversation: Conversation;
  readonly counters: Counters;
  readonly writer: NeighbourWriter;
  readonly subnets: SubnetComparison;
  readonly onDemand: ForwardingOnDemand | undefined;
  readonly leases: PrefixTable<RemoteHost>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Asks to be woken in so many milliseconds. */
  readonly setAlarm?: (milliseconds: number) => void;
  readonly interference: Interference;
  /** Called when entries were put right that somebody else had changed, with their number. */
  readonly onMended?: (entries: number) => void;
}

/** What a comparison left to be done. */
export interface Compared {
  /** False when the kernel had no memory for some of it: then it is due again after a while. */
  readonly whole: boolean;
  /** Routes of ours, or flannel's, that nothing asks for. */
  readonly stale: Route[];
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

  /** Somebody else wrote an entry: everything is to be compared, or a little later when that happened just now. */
  noteInterference(): void {
    const now = this.#parts.now();
    const due = Math.max(now, this.#restUntil);
    if (this.#tryAgainAt === undefined || this.#tryAgainAt > due) {
      this.#tryAgainAt = due;
      if (due > now) {
        this.#parts.setAlarm?.(due - now);
      }
    }
  }

  /** Everything is to be compared. */
  ask(): void {
    this.#tryAgainAt = Math.min(this.#tryAgainAt ?? Number.POSITIVE_INFINITY, this.#parts.now());
  }

  /**
   * Whether the time has come to compare everything again; takes it for done. While misses wait it can wait too: it may take
   * half a second, in which as many come as the receive buffer holds.
   */
  takeTurn(areWaiting: boolean): boolean {
    if (this.#tryAgainAt === undefined) {
      return false;
    }
    const overdue = this.#parts.now() - this.#tryAgainAt;
    const isDue = overdue >= (areWaiting ? LONGEST_DELAY_MS : 0);
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
   * @throws KernelFault
   */
  compareAll(): Compared {
    const { counters, now, interference } = this.#parts;
    const mended = counters.get('mended');
    const adopted = counters.get('adopted');
    const begun = now();
    const compared = this.#compareTables();
    const ended = now();
    this.#restUntil = ended + REST * (ended - begun);
    this.#tryAgainAt = compared.whole ? undefined : ended + TRY_AGAIN_MS;
    // At first what differs was left by an earlier agent; later what is kept was adopted or installed long ago.
    counters.set(this.#done ? 'adopted' : 'mended', this.#done ? adopted : mended);
    this.#done = true;
    interference.compared();
    return compared;
  }

  /** The kernel refused something that is to be tried again. */
  tryAgain(): void {
    this.#tryAgainAt ??= this.#parts.now() + TRY_AGAIN_MS;
  }

  /**
   * Compares the routes of remote subnets with a complete list of leases.
   *
   * @returns those that nothing asks for
   * @throws KernelFault
   */
  compareRoutes(): Route[] {
    const { conversation, counters, subnets, onMended } = this.#parts;
    const before = counters.get('mended');
    const stale = subnets.compare(listRoutes(conversation));
    onMended?.(counters.get('mended') - before);
    return stale;
  }

  #compareTables(): Compared {
    const { conversation, ifindex, writer, subnets, onDemand, leases } = this.#parts;
    onDemand?.read();
    const neighbours = listNeighbours(conversation, ifindex);
    const stale = subnets.compare(listRoutes(conversation), neighbours);
    const gateways = new Set<Ipv4>(stale.flatMap(({ gateway }) => gateway ?? []));
    const adopted = writer.adopt(neighbours, leases, gateways);
    const forwarded = onDemand?.settle() ?? true;
    return { whole: adopted && forwarded, stale };
  }
}
