import type { History } from '../status/history.ts';
import type { KernelTables } from '../status/kernel-tables.ts';
import type { Latency } from '../status/latency.ts';
import type { Lookup } from '../status/lookup.ts';
import type {
  HISTORY_PATH,
  KERNEL_PATH,
  LATENCY_PATH,
  LOOKUP_PATH,
  STATS_PATH,
  TOP_PATH,
} from '../status/paths.ts';
import type { Stats } from '../status/stats.ts';
import type { Top } from '../status/top.ts';
import { PageFault } from './page-fault.ts';

/** What the daemon answers. It is the one that served this page, so the shapes are its own and nothing is checked again. */
type Answers = Record<typeof STATS_PATH, Stats> &
  Record<typeof TOP_PATH, Top> &
  Record<typeof HISTORY_PATH, History> &
  Record<typeof LATENCY_PATH, Latency> &
  Record<typeof KERNEL_PATH, KernelTables> &
  Record<typeof LOOKUP_PATH, Lookup>;

export type Path = keyof Answers;
export type Answer<P extends Path> = Answers[P];
export type Parameters = Readonly<Record<string, string>>;

/** Milliseconds for the whole exchange. */
const TIME_LIMIT = 5000;

/** Relative to the page, so that a proxy may serve it below a path of its own. */
export function urlOf(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams(parameters).toString();
  return query === '' ? `.${path}` : `.${path}?${query}`;
}

/**
 * Asks the daemon.
 *
 * @throws PageFault when it answers that it will not; what `fetch` throws when it does not answer
 */
export async function ask<P extends Path>(
  path: P,
  parameters: Parameters,
  signal: AbortSignal,
): Promise<Answer<P>> {
  const response = await fetch(urlOf(path, parameters), {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT)]),
  });
  if (!response.ok) {
    throw new PageFault(path, await response.text(), 'a question that the daemon can answer now');
  }
  return response.json();
}
