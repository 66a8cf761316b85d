import { systemClock } from '../../base/clock.ts';
import type { LeaseRow } from '../../status/lease-row.ts';
import { table } from './columns.ts';
import { DaemonClient } from './daemon-client.ts';
import type { Display } from './display.ts';
import type { QuestionOptions } from './question-options.ts';
import { count, fit } from './text.ts';

/** The longest of flannel's own is `extension`; any text may stand there. */
const BACKEND_WIDTH = 9;

/**
 * `l3missd leases`: the leases of other hosts as the daemon has them, in the order in which it tells them.
 *
 * @throws StatusFault when no daemon can be asked
 */
export async function showLeases(options: QuestionOptions, display: Display): Promise<number> {
  const leases = await new DaemonClient(options).leases();
  display.out(
    options.json ? `${JSON.stringify(leases, undefined, 2)}\n` : leasesText(leases, systemClock.wall()),
  );
  return 0;
}

/** @param now wall clock, milliseconds */
export function leasesText(leases: readonly LeaseRow[], now: number): string {
  if (leases.length === 0) {
    return 'no lease of another host\n';
  }
  const columns = [
    { title: 'subnet' },
    { title: 'owner' },
    { title: 'MAC' },
    { title: 'type' },
    { title: 'expires', right: true },
    { title: 'in use', right: true },
    { title: 'misses', right: true },
  ];
  const rows = leases.map((lease) => [
    lease.subnet,
    lease.owner,
    lease.mac ?? '-',
    fit(lease.backend, BACKEND_WIDTH),
    untilThen(lease.expiresAt, now),
    count(lease.neighbours),
    count(lease.misses),
  ]);
  return `${table(columns, rows).join('\n')}\n`;
}

/** How long a lease still holds: `23h59m`. A dash where it has no end, or etcd did not say. */
function untilThen(time: string | null, now: number): string {
  if (time === null) {
    return '-';
  }
  const seconds = Math.floor((Date.parse(time) - now) / 1000);
  if (seconds < 0) {
    return 'over';
  }
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0
    ? `${hours}h${String(minutes).padStart(2, '0')}m`
    : `${minutes}m${String(seconds % 60).padStart(2, '0')}s`;
}
