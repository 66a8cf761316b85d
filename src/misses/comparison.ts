import type { Conversation } from '../kernel/conversation.ts';
import { listAskedNeighbours, listNeighbours } from '../kernel/neighbours.ts';
import { listRoutes, type Route } from '../kernel/routes.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { PrefixTable } from '../net/prefix-table.ts';
import type { Counters } from './counters.ts';
import { Due } from './due.ts';
import type { ForwardingOnDemand } from './forwarding-on-demand.ts';
import type { Interference } from './interference.ts';
import type { NeighbourWriter } from './neighbour-writer.ts';
import type { RemoteHost } from './remote-host.ts';
import type { SubnetComparison } from './subnet-comparison.ts';

/** What the kernel had no memory for is tried again after this time, in milliseconds. */
const TRY_AGAIN_MS = 1000;

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
  /** The comparison of everything, and that of routes alone. */
  readonly everything: Due;
  readonly routes: Due;
  #done = false;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
    this.everything = new Due(parts);
    this.routes = new Due(parts);
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
    this.everything.done(begun);
    if (!compared.whole) {
      this.tryAgain();
    }
    // At first what differs was left by an earlier agent; later what is kept was adopted or installed long ago.
    counters.set(this.#done ? 'adopted' : 'mended', this.#done ? adopted : mended);
    this.#done = true;
    interference.compared();
    return compared;
  }

  /**
   * Finds what remote subnets lack, before there was a complete list of leases: then nothing is too much.
   *
   * @throws KernelFault
   */
  checkSubnets(): void {
    const { conversation, ifindex, subnets, now } = this.#parts;
    const begun = now();
    subnets.check(listRoutes(conversation), listNeighbours(conversation, ifindex));
    this.everything.done(begun);
  }

  /** The kernel refused something that is to be tried again. */
  tryAgain(): void {
    this.everything.askIn(TRY_AGAIN_MS);
  }

  /**
   * Compares the routes of remote subnets with the leases.
   *
   * @param listed whether those are complete
   * @returns those that nothing asks for, which nobody can say before
   * @throws KernelFault
   */
  compareRoutes(listed: boolean): Route[] {
    const { conversation, counters, subnets, onMended, now } = this.#parts;
    const before = counters.get('mended');
    const begun = now();
    const found = listRoutes(conversation);
    const stale = listed ? subnets.compare(found) : subnets.check(found);
    this.routes.done(begun);
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
