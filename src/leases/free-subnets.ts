import { type Prefix, sizeOf } from '../net/prefix.ts';
import { type SubnetRange, subnetCount } from './subnet-range.ts';

/** The subnets of a range that nothing overlaps, as gapless stretches of their indices in it. */
export interface FreeSubnets {
  readonly count: number;
  /** The subnet at `index` among the free ones, 0 to count - 1. */
  at(index: number): Prefix | undefined;
}

/** Counts in stretches, because a range may hold millions of subnets (a /8 in /30s). */
export function freeSubnets(range: SubnetRange, taken: readonly Prefix[]): FreeSubnets {
  const step = sizeOf({ address: 0, length: range.subnetLength });
  const stretches = gaps(subnetCount(range), indicesOf(range.subnetMin, step, taken));
  return {
    count: stretches.reduce((sum, { from, to }) => sum + to - from, 0),
    at(index) {
      let left = index;
      for (const { from, to } of stretches) {
        if (left < to - from) {
          return { address: range.subnetMin + (from + left) * step, length: range.subnetLength };
        }
        left -= to - from;
      }
      return undefined;
    },
  };
}

/** `to` is the first index behind the stretch. */
type Stretch = { readonly from: number; readonly to: number };

/** Which indices each prefix touches, lowest first. */
function indicesOf(start: number, step: number, taken: readonly Prefix[]): Stretch[] {
  return taken
    .map((prefix) => ({
      from: Math.floor((prefix.address - start) / step),
      to: Math.floor((prefix.address + sizeOf(prefix) - 1 - start) / step) + 1,
    }))
    .sort((one, other) => one.from - other.from);
}

function gaps(count: number, busy: readonly Stretch[]): Stretch[] {
  const free: Stretch[] = [];
  let next = 0;
  for (const { from, to } of busy) {
    if (from > next) {
      free.push({ from: next, to: Math.min(from, count) });
    }
    next = Math.max(next, to);
    if (next >= count) {
      break;
    }
  }
  if (next < count) {
    free.push({ from: next, to: count });
  }
  return free.filter(({ from, to }) => from < to);
}
