import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { systemClock } from '../base/clock.ts';
import { LabFault } from './lab-fault.ts';
import { TICKS_PER_SECOND } from './process-usage.ts';

/**
 * How long this machine's processors wanted to run and were given to other machines by the hypervisor, in seconds since
 * boot, all processors together; 0 on a machine that is none of a hypervisor's.
 *
 * @param stat the text of /proc/stat
 * @throws LabFault
 */
export function stolenSeconds(stat: string): number {
  // The eighth number of the first line (proc_stat(5): steal).
  const ticks = Number(/^cpu +(?:\d+ ){7}(\d+)/.exec(stat)?.[1]);
  if (Number.isNaN(ticks)) {
    throw new LabFault(
      '/proc/stat',
      JSON.stringify(stat.slice(0, 80)),
      'a line of all processors with steal',
    );
  }
  return ticks / TICKS_PER_SECOND;
}

/**
 * Begins to watch; what it gives tells the share of the processors' time that was stolen since, 0 to 1. The kernel may hear of
 * what was stolen before only then.
 */
export function watchStolen(): () => number {
  const read = () => stolenSeconds(readFileSync('/proc/stat', 'utf8'));
  const [begin, stolen] = [systemClock.monotonic(), read()];
  return () => {
    const seconds = (systemClock.monotonic() - begin) / 1000;
    return seconds > 0 ? Math.min((read() - stolen) / (seconds * cpus().length), 1) : 0;
  };
}
