import type { Conversation } from '../kernel/conversation.ts';
import { readNeighbourStatistics } from '../kernel/neighbour-statistics.ts';
import { readNetlinkSockets } from '../kernel/netlink-sockets.ts';
import type { KernelTables } from '../status/kernel-tables.ts';

/** One of the agent's netlink sockets. */
export interface NamedSocket {
  /** What it hears of: `misses`. */
  readonly name: string;
  /** By which the kernel names it (nlmsg_pid). */
  readonly port: number;
}

/**
 * The kernel's own figures.
 *
 * @param own neighbours in the agent's care
 * @param sockets those to be told of; one that is not there any more is left out
 * @throws KernelFault
 */
export function kernelTables(
  kernel: Conversation,
  own: number,
  sockets: readonly NamedSocket[],
): KernelTables {
  const { resolutionsFailed: _, unresolvedDiscards, ...neighbours } = readNeighbourStatistics(kernel);
  const states = readNetlinkSockets();
  return {
    neighbours: { ...neighbours, own, unresolvedDiscards: unresolvedDiscards ?? null },
    sockets: sockets.flatMap(({ name, port }) => {
      const state = states.get(port);
      return state === undefined ? [] : [{ name, ...state }];
    }),
  };
}
