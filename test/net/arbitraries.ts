import fc from 'fast-check';
import type { Ipv4 } from '../../src/net/ipv4.ts';
import { type Mac, macFromBytes } from '../../src/net/mac.ts';
import { type Prefix, prefixOf } from '../../src/net/prefix.ts';

/** Any address, with those around 2^31 and the ends often among them. */
export const ipv4: fc.Arbitrary<Ipv4> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 0xffffffff }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff) },
);

/** Any network from /0 to /32. */
export const prefix: fc.Arbitrary<Prefix> = fc
  .tuple(ipv4, fc.integer({ min: 0, max: 32 }))
  .map(([address, length]) => prefixOf(address, length));

/** Networks that often hold each other, because their addresses share their first bits. */
export const crowdedPrefix: fc.Arbitrary<Prefix> = fc
  .tuple(crowdedAddress(), fc.constantFrom(0, 1, 8, 16, 23, 24, 25, 31, 32))
  .map(([address, length]) => prefixOf(address, length));

export function crowdedAddress(): fc.Arbitrary<Ipv4> {
  return fc
    .tuple(fc.constantFrom(0x0a050000, 0x8a050000, 0xfffffe00), fc.integer({ min: 0, max: 0x1ff }))
    .map(([base, low]) => (base | low) >>> 0);
}

export const mac: fc.Arbitrary<Mac> = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(macFromBytes);
