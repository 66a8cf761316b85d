import type { Span } from '../status/span.ts';
import type { Top } from '../status/top.ts';
import { byId, setText } from './elements.ts';
import { formatCount, formatMany } from './formats.ts';
import { showRanking } from './ranking.ts';

/** Rows of either list. */
export const TOP_ROWS = 10;

/** What was asked for most: remote subnets in the last minute or hour, destinations since the daemon's start. */
export class TopPanel {
  readonly #subnetTitle = byId('subnets-title', HTMLHeadingElement);
  readonly #subnets = byId('subnets', HTMLTableSectionElement);
  readonly #subnetNote = byId('subnets-note', HTMLParagraphElement);
  readonly #destinations = byId('destinations', HTMLTableSectionElement);
  readonly #destinationNote = byId('destinations-note', HTMLParagraphElement);
  readonly #onAddress: (address: string) => void;

  /** @param onAddress called with a destination that the reader chose */
  constructor(onAddress: (address: string) => void) {
    this.#onAddress = onAddress;
  }

  show({ subnets, subnetCount, otherSubnets, destinations, destinationError }: Top, span: Span): void {
    setText(this.#subnetTitle, `Remote subnets in the last ${span}`);
    const bySubnet = subnets.map(({ subnet, misses }) => ({ name: subnet, count: misses }));
    showRanking(this.#subnets, bySubnet, mostOf(bySubnet));
    const others =
      otherSubnets === 0 ? '' : `; ${formatMany(otherSubnets, 'miss', 'misses')} of subnets beyond those`;
    setText(this.#subnetNote, noteOf(subnets.length, subnetCount, others, span));
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

function noteOf(shown: number, all: number, others: string, span: Span): string {
  return all === 0
    ? `No misses in the last ${span}.`
    : `${formatCount(shown)} of ${formatMany(all, 'subnet')} with a miss${others}.`;
}

function mostOf(ranks: readonly { readonly count: number }[]): number {
  return Math.max(0, ...ranks.map(({ count }) => count));
}
