import { wrap } from '../../base/wrap.ts';
import type { KernelTables } from '../../status/kernel-tables.ts';
import { missingConditions, type Stats } from '../../status/stats.ts';
import type { Report } from './daemon-client.ts';
import { fact } from './fact.ts';
import { COUNTED, type Counted, rateOf } from './rates.ts';
import { count, duration, microseconds, perSecond, printable, WIDTH } from './text.ts';

const INDENT = '  ';

/** How things stand, for people: at most 80 columns, unless a name or a number alone is longer. */
export function statsText(report: Report): string {
  const { stats } = report;
  const sections = [
    headline(stats),
    [...leaseFacts(stats.lease), ...deviceFacts(stats.device), ...mirrorFacts(stats.mirror)],
    [...missTable(report), ...latencyFacts(report)],
    [...entryFacts(stats), ...kernelFacts(report)],
  ];
  return `${sections.map((lines) => lines.map(printable).join('\n')).join('\n\n')}\n`;
}

function headline(stats: Stats): string[] {
  const state = stats.ready ? 'is ready' : 'is not ready';
  const up = `pid ${stats.pid}, up ${duration(stats.uptimeSeconds)}`;
  return [
    `l3missd ${stats.version} ${state}: ${up}, programming ${stats.programming}`,
    ...(stats.ready ? [] : missingConditions(stats.conditions).map((reason) => `${INDENT}${reason}`)),
  ];
}

function leaseFacts(lease: Stats['lease']): string[] {
  if (lease === null) {
    return fact('lease', ['none yet']);
  }
  const until = lease.expiresAt === null ? 'without an end' : `until ${lease.expiresAt}`;
  return fact('lease', [
    `${lease.subnet} of ${lease.publicIp}`,
    until,
    `renewed ${times(lease.renewals)}`,
    `claimed again ${times(lease.reclaims)}`,
  ]);
}

function deviceFacts(device: Stats['device']): string[] {
  if (device === null) {
    return fact('device', ['none yet']);
  }
  return fact('device', [
    `${device.name} (index ${device.ifindex})`,
    device.mac,
    `MTU ${device.mtu}`,
    `VNI ${device.vni}`,
    `UDP port ${device.port}`,
    `from ${device.localAddress}`,
  ]);
}

function mirrorFacts(mirror: Stats['mirror']): string[] {
  const { standIn, copy } = mirror;
  const { waiting, until, begun } = mirror.heldRemovals;
  return [
    ...fact('other leases', [
      mirror.listed ? `${count(mirror.remote)} at revision ${mirror.revision}` : 'not listed yet',
      `${count(mirror.otherBackend)} of other backends`,
      `${count(mirror.junk)} junk`,
    ]),
    ...(standIn === null ? [] : fact('going by', [`a copy of ${standIn.writtenAt}: etcd is away`])),
    ...(begun === 0
      ? []
      : fact('removals held', [until === null ? 'none now' : `${count(waiting)} until ${until}`])),
    ...(copy.failing === null ? [] : fact('copy on disk', [copy.failing])),
    ...breakdown('listed again', mirror.relists),
  ];
}

/**
 * Misses by outcome: since the start, in the last whole second, and on average over the last minute. What never happened is
 * named in one line, so that what did is seen at once.
 */
function missTable({ stats, history }: Report): string[] {
  const none = COUNTED.filter(([name]) => totalOf(stats, name) === 0 && noteOf(stats, name) === '').map(
    ([, label]) => label,
  );
  return [
    missRow('misses', ['in all', 'now /s', 'minute /s']),
    ...COUNTED.filter(([, label]) => !none.includes(label)).flatMap(([name, label]) => {
      const rate = rateOf(history, name);
      const cells = [count(totalOf(stats, name)), perSecond(rate.now), perSecond(rate.minute)];
      return withNote(missRow(`${INDENT}${label}`, cells), noteOf(stats, name));
    }),
    ...(none.length === 0 ? [] : fact(`${INDENT}never`, none)),
  ];
}

function missRow(term: string, cells: readonly string[]): string {
  return `${term.padEnd(20)}${cells.map((cell) => cell.padStart(12)).join('')}`;
}

/** Behind the line where there is room, below it otherwise. */
function withNote(line: string, note: string): string[] {
  const whole = note === '' ? line : `${line}${INDENT}${note}`;
  return whole.length <= WIDTH ? [whole] : [line, ...wrap(note, WIDTH, INDENT.repeat(2))];
}

/** What the statistics say in all about what the history counts by second. */
export function totalOf({ misses, l2Misses }: Stats, name: Counted): number {
  return name === 'l2' ? l2Misses.repaired + l2Misses.unknown + l2Misses.notTaken : misses[name];
}

function noteOf({ misses, l2Misses }: Stats, name: Counted): string {
  switch (name) {
    case 'notTaken':
      return largestFirst(misses.refused).join(', ');
    case 'l2':
      return [
        ...(l2Misses.unknown === 0 ? [] : [`${count(l2Misses.unknown)} unknown`]),
        ...(l2Misses.notTaken === 0 ? [] : [`${count(l2Misses.notTaken)} refused`]),
      ].join(', ');
    case 'overruns':
      return [
        ...(misses.overrunsRecovered === 0 ? [] : [`recovered ${count(misses.overrunsRecovered)}`]),
        ...(l2Misses.overruns === 0 ? [] : [`L2 ${count(l2Misses.overruns)}`]),
      ].join(', ');
    default:
      return '';
  }
}

function latencyFacts({ latency }: Report): string[] {
  const parts = (['p50', 'p90', 'p99', 'p999'] as const).map((name) => {
    const title = name === 'p999' ? 'p99.9' : name;
    return `${title} ${microseconds(latency[name])}`;
  });
  return fact('answered in', latency.count === 0 ? ['nothing answered yet'] : parts);
}

function entryFacts({ neighbours, forwarding, routes, misses }: Stats): string[] {
  const { installed, written, rewritten, removed, adopted, mended, expired } = neighbours;
  return [
    ...fact('neighbours', [
      ...named({ installed, written, rewritten, removed, adopted, mended, expired }),
      `evicted ${count(neighbours.evictedIdle)} idle and ${count(neighbours.evictedUnderPressure)} in use`,
    ]),
    ...fact('forwarding', named(forwarding)),
    ...(routes.written + routes.failed === 0 ? [] : fact('routes', named(routes))),
    ...(misses.malformed === 0 ? [] : fact('malformed', [`${count(misses.malformed)} messages`])),
  ];
}

/** What the kernel counts of its own: misses that the agent never saw show here. */
function kernelFacts({ kernel: { neighbours, sockets } }: Report): string[] {
  const { entries, softLimit, middleLimit, hardLimit, tableFulls, unresolvedDiscards } = neighbours;
  return [
    ...fact("kernel's table", [
      `${count(entries)} neighbours`,
      `${count(othersIn(neighbours))} not of l3missd`,
      `limits for those ${[softLimit, middleLimit, hardLimit].map(count).join(' / ')}`,
      `full ${times(tableFulls)}`,
      ...(unresolvedDiscards === null ? [] : [`unresolved packets dropped ${count(unresolvedDiscards)}`]),
    ]),
    ...fact(
      'sockets',
      sockets.map(
        ({ name, backlog, drops }) => `${name} dropped ${count(drops)} and hold ${count(backlog)} bytes`,
      ),
    ),
  ];
}

/** Entries of the kernel's table that its limits may be for: those of the agent are PERMANENT, and exempt. */
export function othersIn({ entries, own }: KernelTables['neighbours']): number {
  return Math.max(0, entries - own);
}

function breakdown(title: string, counts: Readonly<Record<string, number>>): string[] {
  const parts = largestFirst(counts);
  return parts.length === 0 ? [] : fact(title, parts);
}

function largestFirst(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts)
    .filter(([, amount]) => amount > 0)
    .sort(([oneName, one], [otherName, other]) => other - one || oneName.localeCompare(otherName))
    .map(([name, amount]) => `${name} ${count(amount)}`);
}

function named(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(([name, amount]) => `${name} ${count(amount)}`);
}

function times(amount: number): string {
  return amount === 1 ? 'once' : `${count(amount)} times`;
}
