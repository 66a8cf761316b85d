import type { Conversation } from '../kernel/conversation.ts';
import type { Lease } from '../leases/lease.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Lookup } from '../status/lookup.ts';
import type { KernelView } from './kernel-view.ts';
import type { Relation } from './relation.ts';
import type { Standing } from './standing.ts';

/** What is wrong, and what mends it. */
export type Problem = Lookup['problems'][number];

/** What is known of an address. */
export interface Story {
  readonly kernel: Conversation;
  readonly standing: Standing;
  readonly address: Ipv4;
  readonly relation: Relation;
  readonly lease: Lease | undefined;
  readonly view: KernelView;
}

/** The same of an address that another host has, while the tunnel stands. */
export interface RemoteStory extends Story {
  readonly lease: Lease;
  readonly tunnel: NonNullable<Standing['tunnel']>;
}
