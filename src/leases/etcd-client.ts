import { Etcd3, type IOptions } from 'etcd3';
import { StoreFault } from './faults.ts';

/** How long one call may take; a write in a healthy cluster takes milliseconds, an election about a second. */
export const CALL_DEADLINE_MS = 5000;

/** The library's client, so that its name stays in this file. */
export type EtcdClient = Etcd3;

type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>;
type CallOptions = Exclude<IOptions['defaultCallOptions'], ((...context: never[]) => unknown) | undefined>;
type Interceptor = NonNullable<CallOptions['interceptors']>[number];

/**
 * Pings every 10 s find within 15 s that the other end went silent; etcd answers more than one in 5 s with GOAWAY
 * (--grpc-keepalive-min-time). gRPC by itself would let the pause between connection attempts grow to two minutes.
 */
const channelOptions = {
  // gRPC refuses answers above 4 MiB by itself: that many bytes are 20,000 leases, or a few large values of somebody's.
  'grpc.max_receive_message_length': -1,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
};

/**
 * A client of one member that calls it once and says what came of it. Of etcd3's own fault handling, the retry would
 * repeat writes, and the circuit breaker would refuse calls for 5 s after three failures although etcd is back.
 */
export function openClient(endpoint: string): EtcdClient {
  return new Etcd3({
    hosts: endpoint,
    grpcOptions: channelOptions,
    faultHandling: { global: callOnce, host: () => callOnce },
    defaultCallOptions: ({ isStream }) =>
      isStream ? { interceptors: [requireLeader] } : { deadline: Date.now() + CALL_DEADLINE_MS },
  });
}

const callOnce: Policy = {
  get _altReturn(): never {
    throw new StoreFault('etcd3 fault handling', 'a read of _altReturn', 'nothing: it exists for types only');
  },
  onSuccess: () => ({ dispose: () => undefined }),
  onFailure: () => ({ dispose: () => undefined }),
  execute: async (call, signal) => call({ signal: signal ?? new AbortController().signal }),
};

/** Makes a member that is cut off from its cluster end the stream rather than fall silent (etcd: rpctypes, hasleader). */
const requireLeader: Interceptor = (options, nextCall) => {
  const call = nextCall(options);
  const start = call.start.bind(call);
  call.start = (metadata, listener) => {
    metadata.set('hasleader', 'true');
    start(metadata, listener);
  };
  // The type asks for a class of grpc-js where its own chain hands over the interface.
  return call as ReturnType<Interceptor>;
};
