import type { ForwardingNotice } from '../kernel/forwarding.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';
import type { ModeName } from '../overlay/modes.ts';
import type { SubnetLease, VtepChange } from '../overlay/programmer.ts';
import type { RecordingMemory } from './recording/recording-memory.ts';

/** What the resolver thread is started with. Descriptors belong to the process, so a number is enough. */
export interface ResolverStart {
  readonly ifindex: number;
  readonly network: Prefix;
  readonly ownSubnet: Prefix;
  readonly mode: ModeName;
  readonly missDescriptor: number;
  readonly routeDescriptor: number;
  readonly counters: SharedArrayBuffer;
  readonly recording: RecordingMemory;
  /** See `monotonicOrigin`, of main. */
  readonly clockOrigin: number;
  readonly maximum: number;
  readonly idleTimeout: number;
  readonly forwardOnDemand: boolean;
}

/**
 * Main to resolver: lease changes, the first of which make a complete list; a frame found no forwarding entry; the kernel
 * may have dropped entries; somebody changed a route; the time is over after which it wanted to be woken.
 */
export type MainMessage =
  | {
      readonly kind: 'leases';
      readonly id: number;
      readonly changes: readonly SubnetLease[];
      readonly complete: boolean;
      readonly endpoints: readonly VtepChange[];
    }
  | { readonly kind: 'l2miss'; readonly mac: Mac }
  | { readonly kind: 'wake' }
  | { readonly kind: 'compare' }
  | { readonly kind: 'compare-routes' };

/**
 * Resolver to main: it runs, as that thread; the neighbours follow the changes of a message; an address had no lease;
 * entries were put right that somebody else had changed; it is to be woken after so many milliseconds; somebody,
 * perhaps the agent, wrote a forwarding entry; misses are recorded after a while without.
 */
export type ResolverMessage =
  | { readonly kind: 'running'; readonly threadId: number }
  | { readonly kind: 'rewritten'; readonly id: number }
  | { readonly kind: 'unknown'; readonly address: Ipv4 }
  | { readonly kind: 'mended'; readonly entries: number }
  /** To be woken no sooner than in so many milliseconds. */
  | { readonly kind: 'alarm'; readonly milliseconds: number }
  | { readonly kind: 'forwarding'; readonly notice: ForwardingNotice }
  | { readonly kind: 'recorded' };
