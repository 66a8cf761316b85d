import type { LogLevel } from '../agent/run-options.ts';
import type { ModeName } from '../overlay/modes.ts';

export interface Peer {
  readonly name: string;
  readonly command: string;
}

/** What `l3missd compare` was told. */
export interface CompareOptions {
  readonly modes: readonly ModeName[];
  readonly nodes: readonly number[];
  /** Above 0 and at most 1 each. */
  readonly active: readonly number[];
  readonly podsPerNode: number;
  readonly peers: readonly Peer[];
  readonly rounds: number;
  /** Where the results go as JSON. */
  readonly json?: string;
  readonly html?: string;
  /** Results to draw again instead of measuring. */
  readonly from?: string;
  readonly logLevel: LogLevel;
}
