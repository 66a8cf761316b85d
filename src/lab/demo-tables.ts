import Table from 'cli-table3';
import type { Stats } from '../status/stats.ts';
import type { Container } from './container.ts';
import type { ForwardingView, NeighbourView } from './kernel-view.ts';
import type { PingResult } from './ping.ts';

/** One ping of the demo: from a container to one on another host. */
export interface Crossing {
  readonly from: Container;
  readonly to: Container;
  /** The hosts on which the packet or its answer has a destination that nothing was sent to before. */
  readonly newTo: readonly string[];
  readonly result: PingResult;
}

/** Everything that the demo shows of one host. */
export interface HostFindings {
  readonly name: string;
  readonly address: string;
  readonly neighbours: readonly NeighbourView[];
  readonly forwarding: readonly ForwardingView[];
  readonly misses: Stats['misses'];
}

/** The round trips of the first and the second packet per pair. */
export function roundTripTable(crossings: readonly Crossing[]): string {
  const rows = crossings.map(({ from, to, newTo, result }) => [
    label(from),
    label(to),
    newTo.join(', '),
    milliseconds(result.roundTrips[0]),
    milliseconds(result.roundTrips[1]),
  ]);
  return render(['from', 'to', 'new on', 'first', 'second'], rows, [3, 4]);
}

/** Who stands behind each neighbour entry, by the lab's own names. */
export function neighbourTable(hosts: readonly HostFindings[], containers: readonly Container[]): string {
  const rows = hosts.flatMap((host) =>
    host.neighbours.map((entry) => [
      host.name,
      nameOf(entry.dst, containers),
      entry.lladdr ?? '-',
      entry.state.join(' '),
    ]),
  );
  return render(['on', 'destination', 'is reached by MAC', 'state'], rows);
}

export function forwardingTable(hosts: readonly HostFindings[]): string {
  const rows = hosts.flatMap((host) =>
    host.forwarding.map((entry) => [
      host.name,
      entry.mac,
      remoteName(entry.dst, hosts),
      (entry.state ?? '').toUpperCase(),
    ]),
  );
  return render(['on', 'MAC', 'tunnel leads to', 'state'], rows);
}

/** The daemons' counters about misses, one column per host; counters come in the daemon's order. */
export function missTable(hosts: readonly HostFindings[]): string {
  const counters = hosts.map((host) => inWords(host.misses));
  const names = [...new Set(counters.flatMap((counter) => [...counter.keys()]))];
  const rows = names.map((name) => [name, ...counters.map((counter) => counter.get(name) ?? '0')]);
  const columns = hosts.map((_, index) => index + 1);
  return render(['misses', ...hosts.map((host) => host.name)], rows, columns);
}

/** `noLease` becomes `no lease`, `notTaken` what the commands call it, and each errno of `refused` a counter of its own. */
function inWords(misses: Stats['misses']): Map<string, string> {
  const { refused, ...others } = misses;
  const counters = Object.entries(others).map(
    ([name, count]) => [name === 'notTaken' ? 'refused' : name, count] as const,
  );
  const words = counters.map(([name, count]): [string, number] => [
    name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    count,
  ]);
  const refusals = Object.entries(refused).map(([errno, count]): [string, number] => [
    `refused: ${errno}`,
    count,
  ]);
  return new Map([...words, ...refusals].map(([name, count]) => [name, String(count)]));
}

function render(head: string[], rows: readonly string[][], numbers: readonly number[] = []): string {
  const table = new Table({
    head,
    colAligns: head.map((_, index) => (numbers.includes(index) ? 'right' : 'left')),
    // No colours: the output is as often a file or a CI log as a terminal.
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows);
  return table.toString();
}

function label(container: Container): string {
  return `${container.name} ${container.address}`;
}

function nameOf(address: string, containers: readonly Container[]): string {
  const container = containers.find((candidate) => candidate.address === address);
  return container === undefined ? address : label(container);
}

function remoteName(address: string | undefined, hosts: readonly HostFindings[]): string {
  const host = hosts.find((candidate) => candidate.address === address);
  return host === undefined ? (address ?? '-') : `${host.name} ${host.address}`;
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? 'no answer' : `${value.toFixed(3)} ms`;
}
