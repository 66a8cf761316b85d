import type { Report } from '../show/daemon-client.ts';
import { COUNTED, type Counted, missesIn, rateOf } from '../show/rates.ts';
import type { Line } from '../show/screen.ts';
import { othersIn, totalOf } from '../show/stats-text.ts';
import { count, countWithin, fit, microseconds, perSecond } from '../show/text.ts';

const LEFT = 46;
/** A window that is narrower has no room for the facts beside the misses. */
const BOTH = 76;

/** From a space to a full block: eight steps, or fewer where a terminal knows ASCII alone. */
const BLOCKS = ' \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588';
const ASCII_BLOCKS = ' .:-=+*#';

/** Misses by outcome with their rates, the facts of latency and tables beside them, and the last minute as a curve. */
export function figures(report: Report, columns: number, isUnicode: boolean): Line[] {
  const left = missRows(report);
  const right = columns < BOTH ? [] : factRows(report);
  const rows = left.map((text, row) => `${text.padEnd(LEFT)}  ${right[row] ?? ''}`.trimEnd());
  return [
    ...rows.map((text, row): Line => ({ text, look: row === 0 ? 'quiet' : 'plain' })),
    { text: curve(report, columns, isUnicode), look: 'plain' },
  ];
}

/** The same in three lines of 40 columns. */
export function fewFigures({ stats, history, latency }: Report): Line[] {
  const rate = (name: Counted) => perSecond(rateOf(history, name).now);
  const { noLease, notTaken, overruns } = stats.misses;
  const texts = [
    `answered ${rate('answered')} /s, ${count(stats.misses.answered)} in all`,
    `took p50 ${microseconds(latency.p50)}, p99 ${microseconds(latency.p99)}`,
    `no lease ${count(noLease)}, refused ${count(notTaken)}, overruns ${count(overruns)}`,
  ];
  return texts.map((text) => ({ text, look: 'plain' }));
}

function missRows({ stats, history }: Report): string[] {
  const row = (name: string, now: string, minute: string, total: string) =>
    `${name.padEnd(17)}${now.padStart(8)}${minute.padStart(10)}${total.padStart(11)}`;
  return [
    row('misses', 'now /s', 'minute /s', 'in all'),
    ...COUNTED.map(([name, label]) => {
      const { now, minute } = rateOf(history, name);
      const total = countWithin(totalOf(stats, name), 10);
      return row(label, perSecond(now), perSecond(minute), total);
    }),
  ];
}

function factRows({ stats, history, latency, kernel }: Report): string[] {
  const { neighbours, sockets } = kernel;
  const sum = (name: 'drops' | 'backlog') => sockets.reduce((all, socket) => all + socket[name], 0);
  const now = history.seconds.at(-2);
  const row = (name: string, value: string) => `${name.padEnd(13)}${fit(value, 17).padStart(17)}`;
  const time = (name: string, current: number | null, all: number | null) =>
    `${name.padEnd(13)}${microseconds(current).padStart(8)}${microseconds(all).padStart(9)}`;
  return [
    `${'latency'.padEnd(13)}${'now'.padStart(8)}${'in all'.padStart(9)}`,
    time('p50', now?.latencyP50 ?? null, latency.p50),
    time('p99', now?.latencyP99 ?? null, latency.p99),
    row('neighbours', count(stats.neighbours.installed)),
    row('forwarding', count(stats.forwarding.entries)),
    row('other leases', count(stats.mirror.remote)),
    row('kernel table', count(neighbours.entries)),
    row('not ours', `${count(othersIn(neighbours))} of ${count(neighbours.hardLimit)}`),
    row('table full', `${count(neighbours.tableFulls)} times`),
    row('pkts dropped', neighbours.unresolvedDiscards === null ? '-' : count(neighbours.unresolvedDiscards)),
    row('sockets', `${count(sum('drops'))} lost, ${count(sum('backlog'))} B`),
  ];
}

/** All misses by second, the last one at the right. */
function curve({ history }: Report, columns: number, isUnicode: boolean): string {
  const blocks = isUnicode ? BLOCKS : ASCII_BLOCKS;
  const rates = history.seconds.slice(0, -1).map(missesIn);
  const most = rates.reduce((highest, rate) => Math.max(highest, rate), 0);
  const end = `most ${countWithin(most, 11)} /s`;
  const shown = rates.slice(-Math.max(1, columns - end.length - 9));
  const bar = shown.map((rate) => {
    const step = most === 0 ? 0 : Math.ceil((rate / most) * (blocks.length - 1));
    return blocks[step] ?? ' ';
  });
  return `minute |${bar.join('')}|${end}`;
}
