import type { Clock } from '../base/clock.ts';
import type { Conversation } from '../kernel/conversation.ts';
import type { EchoSocket, EchoSocketOptions } from '../kernel/echo-socket.ts';
import type { LeaseStore } from '../leases/store.ts';
import type { Standing } from './standing.ts';

/** What the doctor has to work with. */
export interface DoctorParts {
  readonly kernel: Conversation;
  readonly standing: () => Standing;
  readonly store: Pick<LeaseStore, 'configKey' | 'readConfig' | 'list' | 'summarise'>;
  /** URLs of etcd's members. */
  readonly etcdEndpoints: readonly string[];
  readonly clock: Clock;
  /** Lends a conversation with netfilter. @throws KernelFault */
  readonly withNetfilter: <T>(use: (netfilter: Conversation) => T) => T;
  /** @throws KernelFault without CAP_NET_RAW */
  readonly openEcho: (options: EchoSocketOptions) => Pick<EchoSocket, 'send' | 'poll' | 'close'>;
}
