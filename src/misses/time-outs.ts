import type { Mode } from '../overlay/modes.ts';
import { NEVER } from './lifetime.ts';

/** How long a neighbour of a single address is kept whose subnet has a route, in milliseconds. */
const SETTLED_MS = 1000;

interface Wanted {
  readonly mode: Mode;
  readonly idleTimeout: number;
}

/** Where subnets have routes, a neighbour of a single address is only there until its subnet has one. */
export function timeoutOfNeighbours({ mode, idleTimeout }: Wanted): number {
  return mode.subnetRoutes === 'never' ? idleTimeout : SETTLED_MS;
}

/** What came with a lease goes with it. */
export function timeoutOfSubnets({ mode, idleTimeout }: Wanted): number {
  return mode.subnetRoutes === 'with-miss' ? idleTimeout : NEVER;
}
