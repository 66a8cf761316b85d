import type { Ipv4 } from '../net/ipv4.ts';
import type { ModeName } from '../overlay/modes.ts';
import type { ListenAddress } from '../status/tcp-listener.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** See `--fdb`. */
export type FdbMode = 'static' | 'on-demand';
export type LogFormat = 'json' | 'text';

/** Where log entries go from (the least severe level that is written) and what they look like. */
export interface LogOptions {
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/** Where the cluster's keys are. */
export interface StoreOptions {
  /** URLs with scheme and port, never empty: `http://127.0.0.1:2379`. */
  readonly etcdEndpoints: readonly string[];
  /** Without a slash at its end: `/coreos.com/network`. */
  readonly etcdPrefix: string;
}

/** Everything that `l3missd run` was told, validated. */
export interface RunOptions extends LogOptions, StoreOptions {
  /** Names or IPv4 addresses of interfaces, the first match counts; empty when none was named. */
  readonly ifaces: readonly string[];
  readonly publicIp?: Ipv4;
  readonly subnetFile: string;
  /** Minutes before its end at which the lease is renewed: 1 to 1439. */
  readonly renewMarginMinutes: number;
  /** How long nobody uses a neighbour before it goes; 0: for ever. */
  readonly idleTimeoutMs: number;
  /** At least 1. */
  readonly maximumNeighbours: number;
  /** What the kernel is asked for as receive buffer of the miss socket. */
  readonly missBufferBytes: number;
  /** How many of the latest misses the journal tells. */
  readonly journalEntries: number;
  /** When entries for remote hosts come into the kernel. */
  readonly programming: ModeName;
  /** Whether forwarding entries stand per lease, or come and go with the neighbours that need them. */
  readonly fdb: FdbMode;
  /** How long removals wait that are to be doubted; 0: not at all. */
  readonly removalHoldMs: number;
  /** An IPv4 or IPv6 address. */
  readonly healthzIp: string;
  /** 0 means that there is no health server. */
  readonly healthzPort: number;
  /** Where metrics, JSON and the page are served; nowhere unless given. */
  readonly statusAddress?: ListenAddress;
  readonly controlSocket: string;
  /** Sentences for the log: settings of flannel in the environment that nothing serves. */
  readonly warnings: readonly string[];
}

/** What `l3missd cleanup` was told. */
export interface CleanupOptions extends LogOptions, StoreOptions {
  readonly subnetFile: string;
  readonly controlSocket: string;
  /** Also give the lease back to the cluster. */
  readonly release: boolean;
}
