import type { KernelTables } from '../kernel-tables.ts';
import { counter, type Family, gauge, labelled } from './family.ts';

/** What the kernel says of its own. */
export function kernelFamilies(): Family[] {
  return [
    gauge(
      'l3missd_kernel_neighbours',
      "IPv4 neighbours in the kernel's table, which is one for all namespaces of the machine.",
      ({ kernel }) => kernel.neighbours.entries,
    ),
    labelled(
      'gauge',
      ['l3missd_kernel_neighbour_limit', 'threshold'],
      "The table's limits; PERMANENT entries, as the agent's are, do not count against them.",
      ({ kernel: { neighbours } }) => ({
        gc_thresh1: neighbours.softLimit,
        gc_thresh2: neighbours.middleLimit,
        gc_thresh3: neighbours.hardLimit,
      }),
    ),
    counter(
      'l3missd_kernel_table_fulls_total',
      'Neighbours that the kernel refused because its table was full, since the start of the machine.',
      ({ kernel }) => kernel.neighbours.tableFulls,
    ),
    {
      name: 'l3missd_kernel_unresolved_discards_total',
      type: 'counter',
      help: 'Packets dropped because too many waited for one neighbour; told in the first network namespace only.',
      labels: [],
      read: ({ kernel: { neighbours } }) =>
        neighbours.unresolvedDiscards === null ? [] : [{ value: neighbours.unresolvedDiscards }],
    },
    labelled(
      'gauge',
      ['l3missd_kernel_socket_backlog_bytes', 'socket'],
      "What waits to be read from the agent's netlink sockets.",
      ({ kernel }) => bySocket(kernel, 'backlog'),
    ),
    labelled(
      'counter',
      ['l3missd_kernel_socket_drops_total', 'socket'],
      "Messages that the kernel dropped because one of the agent's netlink sockets was full.",
      ({ kernel }) => bySocket(kernel, 'drops'),
    ),
  ];
}

/** Sockets that serve the same are told together: a label that comes twice makes the whole answer unreadable. */
function bySocket({ sockets }: KernelTables, what: 'backlog' | 'drops'): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const socket of sockets) {
    sums[socket.name] = (sums[socket.name] ?? 0) + socket[what];
  }
  return sums;
}
