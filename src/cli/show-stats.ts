import type { StatsOptions } from '../agent/run-options.ts';
import { fetchStats } from '../status/control-client.ts';
import { statsText } from '../status/stats-text.ts';

/**
 * `l3missd stats`: asks the running daemon and prints what it says.
 *
 * @throws StatusFault when no daemon can be asked
 */
export async function showStats(options: StatsOptions, out: (text: string) => void): Promise<number> {
  const stats = await fetchStats(options.controlSocket);
  out(options.json ? `${JSON.stringify(stats, undefined, 2)}\n` : statsText(stats));
  return 0;
}
