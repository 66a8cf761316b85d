import type { LogLevel } from '../../agent/run-options.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { MissQuery } from '../../status/miss-filter.ts';

/** What every command was told that asks the running daemon. */
export interface QuestionOptions {
  readonly controlSocket: string;
  readonly json: boolean;
  readonly logLevel: LogLevel;
  /** Of this program. */
  readonly version: string;
}

/** What `l3missd stats` was told. */
export interface StatsOptions extends QuestionOptions {
  readonly watch: boolean;
}

/** What `l3missd misses` was told. */
export interface MissesOptions extends QuestionOptions {
  readonly follow: boolean;
  readonly query: MissQuery;
}

/** What `l3missd lookup` was told. */
export interface LookupOptions extends QuestionOptions {
  readonly address: Ipv4;
}
