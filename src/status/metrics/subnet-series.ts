import type { SubnetMisses } from '../../misses/recording/subnet-counts.ts';
import { formatPrefix } from '../../net/prefix.ts';
import type { Sample } from './family.ts';

/** So many subnets have a series of their own. */
export const SUBNETS_TOLD = 50;

/**
 * Misses by subnet with a bounded number of series: those with most misses, and `other`. Which they are changes; so each
 * miss goes to the series that its subnet has when it is first seen, and stays there. No series ever falls, and their sum
 * over time is that of all misses.
 */
export class SubnetSeries {
  /** By place: what was counted when last looked at. */
  readonly #seen: number[] = [];
  /** By place: what its own series tells, of each that ever had one. */
  readonly #told = new Map<number, number>();
  #others = 0;
  #seenOthers = 0;

  /**
   * @param subnets each at the same place every time
   * @param others misses of subnets that are not told apart
   */
  read(subnets: readonly SubnetMisses[], others: number): Sample[] {
    const most = placesOfMost(subnets);
    this.#others += others - this.#seenOthers;
    this.#seenOthers = others;
    for (const [place, { misses }] of subnets.entries()) {
      const fresh = misses - (this.#seen[place] ?? 0);
      this.#seen[place] = misses;
      if (most.has(place)) {
        this.#told.set(place, (this.#told.get(place) ?? 0) + fresh);
      } else {
        this.#others += fresh;
      }
    }
    const own = Array.from(most, ([place, subnet]) => sample(subnet, this.#told.get(place) ?? 0));
    return [...own, sample('other', this.#others)];
  }
}

/** Places and names. */
function placesOfMost(subnets: readonly SubnetMisses[]): Map<number, string> {
  const places = Array.from(subnets.keys());
  if (places.length > SUBNETS_TOLD) {
    places.sort((one, other) => (subnets[other]?.misses ?? 0) - (subnets[one]?.misses ?? 0) || one - other);
  }
  return new Map(
    places.slice(0, SUBNETS_TOLD).flatMap((place) => {
      const found = subnets[place];
      return found === undefined ? [] : [[place, formatPrefix(found.subnet)] as const];
    }),
  );
}

function sample(subnet: string, value: number): Sample {
  return { labels: { subnet }, value };
}
