import { z } from 'zod';
import { formatIpv4, type Ipv4 } from '../../net/ipv4.ts';
import { ask } from '../../status/control-client.ts';
import { type Finding, findingSchema } from '../../status/finding.ts';
import { followMisses, type Told } from '../../status/follow-client.ts';
import { type History, historySchema } from '../../status/history.ts';
import { type KernelTables, kernelTablesSchema } from '../../status/kernel-tables.ts';
import { type Latency, latencySchema } from '../../status/latency.ts';
import { type LeaseRow, leaseRowSchema } from '../../status/lease-row.ts';
import { type Lookup, lookupSchema } from '../../status/lookup.ts';
import { type Miss, missSchema } from '../../status/miss.ts';
import { formatMissQuery, type MissQuery } from '../../status/miss-filter.ts';
import {
  DOCTOR_PATH,
  HISTORY_PATH,
  KERNEL_PATH,
  LATENCY_PATH,
  LEASES_PATH,
  LOOKUP_PATH,
  MISSES_PATH,
  STATS_PATH,
  TOP_PATH,
} from '../../status/paths.ts';
import { type Stats, statsSchema } from '../../status/stats.ts';
import { type Top, topSchema } from '../../status/top.ts';
import type { QuestionOptions } from './question-options.ts';

/** How things stand: what one look at the daemon gives. */
export interface Report {
  readonly stats: Stats;
  readonly history: History;
  readonly latency: Latency;
  readonly kernel: KernelTables;
}

/** More than the daemon keeps as a rule, and what it gives at most. */
const ALL_MISSES = 100_000;

/** Milliseconds. The first is for a long journal; the doctor sends packets and waits for what becomes of them. */
const JOURNAL_LIMIT = 15_000;
const DOCTOR_LIMIT = 15_000;

/** The running daemon, as the commands ask it. Each question throws a StatusFault as `ask` does. */
export class DaemonClient {
  readonly #socket: string;
  readonly #version: string;

  constructor({ controlSocket, version }: Pick<QuestionOptions, 'controlSocket' | 'version'>) {
    this.#socket = controlSocket;
    this.#version = version;
  }

  stats(): Promise<Stats> {
    return this.#ask(STATS_PATH, statsSchema);
  }

  async report(): Promise<Report> {
    const [stats, history, latency, kernel] = await Promise.all([
      this.stats(),
      this.#ask(HISTORY_PATH, historySchema),
      this.#ask(LATENCY_PATH, latencySchema),
      this.#ask(KERNEL_PATH, kernelTablesSchema),
    ]);
    return { stats, history, latency, kernel };
  }

  /** @param limit of subnets and of destinations: 1 to 1000 */
  top(limit: number): Promise<Top> {
    return this.#ask(`${TOP_PATH}?limit=${limit}`, topSchema);
  }

  /** The journal, oldest first. */
  misses(query: MissQuery): Promise<Miss[]> {
    const parameters = formatMissQuery(query);
    parameters.set('limit', String(ALL_MISSES));
    return this.#ask(`${MISSES_PATH}?${parameters}`, z.array(missSchema), JOURNAL_LIMIT);
  }

  /** Of the latest miss; undefined when there was none yet. */
  async newestNumber(): Promise<number | undefined> {
    const [miss] = await this.#ask(`${MISSES_PATH}?limit=1`, z.array(missSchema));
    return miss?.number;
  }

  /** New misses until the signal aborts, see `followMisses`. */
  follow(query: MissQuery, signal: AbortSignal): Promise<AsyncGenerator<Told, void, void>> {
    return followMisses(this.#socket, query, { signal, version: this.#version });
  }

  leases(): Promise<LeaseRow[]> {
    return this.#ask(LEASES_PATH, z.array(leaseRowSchema));
  }

  lookup(address: Ipv4): Promise<Lookup> {
    return this.#ask(`${LOOKUP_PATH}?address=${formatIpv4(address)}`, lookupSchema);
  }

  doctor(): Promise<Finding[]> {
    return this.#ask(DOCTOR_PATH, z.array(findingSchema), DOCTOR_LIMIT);
  }

  #ask<T>(path: string, schema: z.ZodType<T>, timeLimit?: number): Promise<T> {
    const question = { path, schema, ...(timeLimit === undefined ? {} : { timeLimit }) };
    return ask(this.#socket, question, this.#version);
  }
}
