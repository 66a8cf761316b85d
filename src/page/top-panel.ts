import type { Top } from '../status/top.ts';
import { byId, setText } from './elements.ts';
import { formatCount, formatMany } from './formats.ts';
import { showRanking } from './ranking.ts';

/** Rows of either list. */
export const TOP_ROWS = 10;

/** What was asked for most since the daemon's start: remote subnets and destinations. */
export class TopPanel {
  readonly #subnets = byId('subnets', HTMLTableSectionElement);
  readonly #subnetNote = byId('subnets-note', HTMLParagraphElement);
  readonly #destinations = byId('destinations', HTMLTableSectionElement);
  readonly #destinationNote = byId('destinations-note', HTMLParagraphElement);
  readonly #onAddress: (address: string) => void;

  /** @param onAddress called with a destination that the reader chose */
  constructor(onAddress: (address: string) => void) {
    this.#onAddress = onAddress;
  }

  show({ subnets, subnetCount, otherSubnets, destinations, destinationError }: Top): void {
    const bySubnet = subnets.map(({ subnet, misses }) => ({ name: subnet, count: misses }));
    showRanking(this.#subnets, bySubnet, mostOf(bySubnet));
    const others =
      otherSubnets === 0 ? '' : `; ${formatMany(otherSubnets, 'miss', 'misses')} of subnets beyond those`;
    setText(this.#subnetNote, noteOf(subnets.length, subnetCount, others));
    const byDestination = destinations.map(({ destination, misses }) => ({
      name: destination,
      count: misses,
    }));
    showRanking(this.#destinations, byDestination, mostOf(byDestination), this.#onAddress);
    setText(
      this.#destinationNote,
      destinations.length === 0
        ? 'No misses yet.'
        : destinationError === 0
          ? 'Exact counts.'
          : `Each count may be too low by ${formatCount(destinationError)}.`,
    );
  }
}

function noteOf(shown: number, all: number, others: string): string {
  return all === 0
    ? 'No misses yet.'
    : `${formatCount(shown)} of ${formatMany(all, 'subnet')} with a miss${others}.`;
}

function mostOf(ranks: readonly { readonly count: number }[]): number {
  return Math.max(0, ...ranks.map(({ count }) => count));
}
