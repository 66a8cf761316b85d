import { missingConditions, type Stats } from './stats.ts';

const WIDTH = 80;
const INDENT = '  ';

type Fact = readonly [name: string, value: string | number];

/** The statistics for people: at most 80 columns, unless a name or a value alone is longer. */
export function statsText(stats: Stats): string {
  const sections = [
    headline(stats),
    ['Device', ...facts([...deviceFacts(stats.device), ['programming', stats.programming]])],
    ['Lease', ...facts(leaseFacts(stats.lease))],
    ['Leases of other hosts', ...mirrorLines(stats.mirror)],
    ['Routes of remote subnets', ...grid(counters(stats.routes))],
    ['Forwarding entries', ...grid(counters(stats.forwarding))],
    ['Neighbours', ...grid(counters(stats.neighbours))],
    ['Misses (L3, neighbours)', ...missLines(stats.misses)],
    ['Misses (L2, forwarding entries)', ...grid(counters(stats.l2Misses))],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headline(stats: Stats): string[] {
  const missing = missingConditions(stats.conditions);
  const state = stats.ready ? 'is ready' : 'is not ready';
  return [
    `l3missd ${stats.version} ${state}: pid ${stats.pid}, up ${duration(stats.uptimeSeconds)}`,
    ...(stats.ready ? [] : missing.map((reason) => `${INDENT}${reason}`)),
  ];
}

function deviceFacts(device: Stats['device']): Fact[] {
  if (device === null) {
    return [['none yet', '']];
  }
  return [
    ['name', `${device.name} (index ${device.ifindex})`],
    ['MAC', device.mac],
    ['MTU', device.mtu],
    ['tunnel', `VNI ${device.vni}, UDP port ${device.port}, from ${device.localAddress}`],
  ];
}

function leaseFacts(lease: Stats['lease']): Fact[] {
  if (lease === null) {
    return [['none yet', '']];
  }
  return [
    ['subnet', lease.subnet],
    ['public IP', lease.publicIp],
    ['expires', lease.expiresAt ?? 'never'],
    ['renewed', times(lease.renewals)],
    ['claimed again', times(lease.reclaims)],
  ];
}

function mirrorLines(mirror: Stats['mirror']): string[] {
  const state: Fact = mirror.listed ? ['complete at', `revision ${mirror.revision}`] : ['not listed yet', ''];
  const others: Fact[] = [
    ['remote', mirror.remote],
    ['other backend', mirror.otherBackend],
    ['junk', mirror.junk],
  ];
  const { waiting, until, begun } = mirror.heldRemovals;
  const { standIn, copy } = mirror;
  const standing: Fact[] =
    standIn === null ? [] : [['going by', `a copy of ${standIn.writtenAt}: etcd is away`]];
  const failing: Fact[] = copy.failing === null ? [] : [['copy on disk', copy.failing]];
  const held: Fact[] =
    begun === 0 ? [] : [['removals held', until === null ? 'none now' : `${waiting} until ${until}`]];
  return [
    ...facts([state, ...standing, ...held, ...failing]),
    ...grid(others),
    ...breakdown('listed again', mirror.relists),
  ];
}

function missLines({ refused, ...misses }: Stats['misses']): string[] {
  return [...grid(counters(misses)), ...breakdown('refused by the kernel', refused)];
}

/** What the fields are called here, where their own name in lower case does not do. */
const labels: Readonly<Record<string, string>> = {
  alreadyAnswered: 'asked again',
  noLease: 'no lease',
  ownSubnet: 'own subnet',
  notTaken: 'not taken',
  evictedIdle: 'evicted idle',
  evictedUnderPressure: 'evicted in use',
};

function counters(values: Readonly<Record<string, number>>): Fact[] {
  return Object.entries(values).map(([name, value]) => [labels[name] ?? name, value]);
}

function breakdown(title: string, counts: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(counts).sort(
    ([oneName, one], [otherName, other]) => other - one || oneName.localeCompare(otherName),
  );
  return rows.length === 0 ? [] : [`${INDENT}${title}`, ...grid(rows).map((line) => INDENT + line)];
}

function facts(rows: readonly Fact[]): string[] {
  return rows.map(([name, value]) => `${INDENT}${name.padEnd(15)}${value}`.trimEnd());
}

/** Names and numbers in as many columns as fit. */
function grid(cells: readonly Fact[]): string[] {
  const longest = Math.max(14, ...cells.map(([name]) => name.length));
  const texts = cells.map(([name, value]) => `${name.padEnd(longest)} ${String(value).padStart(7)}`);
  const width = Math.max(...texts.map((text) => text.length));
  const columns = Math.max(1, Math.floor((WIDTH - 2 * INDENT.length) / (width + INDENT.length)));
  const lines: string[] = [];
  for (let i = 0; i < texts.length; i += columns) {
    const row = texts.slice(i, i + columns).map((text) => text.padEnd(width));
    lines.push((INDENT + row.join(INDENT)).trimEnd());
  }
  return lines;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** The two largest units: `3 d 4 h`, `12 min 5 s`. */
function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const units: [string, number][] = [
    ['d', Math.floor(whole / 86_400)],
    ['h', Math.floor(whole / 3600) % 24],
    ['min', Math.floor(whole / 60) % 60],
    ['s', whole % 60],
  ];
  const first = units.findIndex(([, amount]) => amount > 0);
  const shown = first === -1 ? units.slice(-1) : units.slice(first, first + 2);
  return shown.map(([unit, amount]) => `${amount} ${unit}`).join(' ');
}
