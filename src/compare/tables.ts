import { systemClock } from '../base/clock.ts';
import type { Host } from '../lab/host.ts';

/** How many entries the tables of a host have for its tunnel device. */
export interface TableCounts {
  readonly routes: number;
  readonly neighbours: number;
  readonly forwarding: number;
}

/**
 * Counts with iproute2, so that no fault of the daemon's own codecs can hide itself. Without the device there is nothing.
 *
 * @throws LabFault
 */
export async function countEntries(host: Host): Promise<TableCounts> {
  const [routes, neighbours, forwarding] = await Promise.all([
    linesOf(host, 'ip', '-4', '-o', 'route', 'show', 'table', 'main', 'dev', 'flannel.1'),
    linesOf(host, 'ip', '-4', 'neighbour', 'show', 'dev', 'flannel.1', 'nud', 'all'),
    linesOf(host, 'bridge', 'fdb', 'show', 'dev', 'flannel.1'),
  ]);
  return {
    routes: routes.length,
    neighbours: neighbours.filter(isUnicast).length,
    forwarding: forwarding.length,
  };
}

/**
 * Counts again and again until the counts have been the same for `stillMs`, or `atMostMs` are over.
 *
 * @throws LabFault
 */
export async function countAtRest(
  host: Host,
  { stillMs, atMostMs, isAtWork }: RestOptions,
): Promise<TableCounts> {
  const { signal } = host.namespace.gate;
  const begin = systemClock.monotonic();
  let counts = await countEntries(host);
  let since = systemClock.monotonic();
  while (systemClock.monotonic() - since < stillMs && systemClock.monotonic() - begin < atMostMs) {
    await systemClock.sleep(LOOK_MS, signal);
    const atWork = isAtWork();
    const now = await countEntries(host);
    if (atWork || !sameCounts(counts, now)) {
      since = systemClock.monotonic();
    }
    counts = now;
  }
  return counts;
}

export interface RestOptions {
  readonly stillMs: number;
  readonly atMostMs: number;
  /** Asked before each look: whether what fills the tables may be about to go on. May throw. */
  readonly isAtWork: () => boolean;
}

const LOOK_MS = 50;

function sameCounts(one: TableCounts, other: TableCounts): boolean {
  return (
    one.routes === other.routes && one.neighbours === other.neighbours && one.forwarding === other.forwarding
  );
}

async function linesOf(host: Host, command: string, ...args: string[]): Promise<string[]> {
  const { status, stdout } = await host.namespace.attempt(command, args);
  return status === 0 ? stdout.split('\n').filter((line) => line !== '') : [];
}

/** Multicast and broadcast addresses have entries of the kernel's own. */
function isUnicast(line: string): boolean {
  return Number(line.slice(0, line.indexOf('.'))) < 224;
}
