import type { Miss } from '../status/miss.ts';
import { type Cidr, isInside, parseAddress } from './cidr.ts';

/** A miss, with what the filter asks of each of ten thousand. */
export interface MissRow {
  readonly miss: Miss;
  readonly address: number | undefined;
  /** All its words, in lower case. */
  readonly words: string;
}

/** Which rows are wanted; what is left out does not matter. */
export interface RowFilter {
  readonly outcome?: Miss['outcome'];
  readonly subnet?: Cidr;
  /** In lower case. */
  readonly text?: string;
}

export function rowOf(miss: Miss): MissRow {
  const { destination, subnet, vtep, outcome, kind, phase, errno } = miss;
  const words = [destination, subnet, vtep?.address, vtep?.mac, outcome, kind, phase, errno];
  return {
    miss,
    address: destination === null ? undefined : parseAddress(destination),
    words: words
      .filter((word) => word !== null && word !== undefined)
      .join(' ')
      .toLowerCase(),
  };
}

export function passes({ outcome, subnet, text }: RowFilter, row: MissRow): boolean {
  return (
    (outcome === undefined || row.miss.outcome === outcome) &&
    (subnet === undefined || (row.address !== undefined && isInside(subnet, row.address))) &&
    (text === undefined || row.words.includes(text))
  );
}
