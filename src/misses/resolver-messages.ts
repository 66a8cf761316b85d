import type { Ipv4 } from '../net/ipv4.ts';
import type { Prefix } from '../net/prefix.ts';
import type { SubnetChange } from './resolver.ts';

/** What the resolver thread is started with. Descriptors belong to the process, so a number is enough. */
export interface ResolverStart {
  readonly ifindex: number;
  readonly network: Prefix;
  readonly missDescriptor: number;
  readonly routeDescriptor: number;
  readonly counters: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly maximum: number;
}

/** Main to resolver. */
export interface LeasesMessage {
  readonly id: number;
  readonly changes: readonly SubnetChange[];
  readonly complete: boolean;
}

/** Resolver to main: it runs, as that thread; the neighbours follow the changes of a message; an address had no lease. */
export type ResolverMessage =
  | { readonly kind: 'running'; readonly threadId: number }
  | { readonly kind: 'rewritten'; readonly id: number }
  | { readonly kind: 'unknown'; readonly address: Ipv4 };

/** Slots of the shared control words. */
export const STOP = 0;
/** Grows with every message posted: the resolver looks at it after each read, so a lost poke delays nothing. */
export const POSTED = 1;
export const CONTROL_SLOTS = 2;
