import { readFileSync } from 'node:fs';
import { codeOf } from '../base/errno.ts';
import { AF_INET, RTM_GETNEIGHTBL } from '../netlink/constants.ts';
import type { NeighbourTableAttributes } from '../netlink/neighbour-table/attributes.ts';
import { neighbourTableMessage } from '../netlink/neighbour-table/message.ts';
import type { Conversation } from './conversation.ts';
import { KernelFault } from './kernel-fault.ts';
import { ARP_TABLE } from './neighbour-parameters.ts';

/** The kernel's table of IPv4 neighbours: one table, with one limit, for all namespaces of the machine. */
export interface NeighbourStatistics {
  /** Entries of all namespaces. */
  readonly entries: number;
  /** From so many on the kernel collects garbage now and then, does so at once, and refuses new entries (arp(7)). */
  readonly softLimit: number;
  readonly middleLimit: number;
  readonly hardLimit: number;
  /** Entries that were refused because the table was full, since the machine's start. */
  readonly tableFulls: number;
  /** Entries that failed, because nobody answered. */
  readonly resolutionsFailed: number;
  /** Packets that were dropped because too many waited for one entry. Told in the machine's first namespace only. */
  readonly unresolvedDiscards: number | undefined;
}

const STATISTICS = '/proc/net/stat/arp_cache';

/** @throws KernelFault */
export function readNeighbourStatistics(conversation: Conversation): NeighbourStatistics {
  let found: NeighbourTableAttributes = {};
  conversation.dump(
    'list neighbour tables',
    neighbourTableMessage.request(RTM_GETNEIGHTBL, 0, { family: AF_INET }, {}),
    () => {
      found = {};
    },
    ({ payload }) => {
      const { attributes } = neighbourTableMessage.decode(payload);
      // Those of single interfaces have no statistics.
      if (attributes.name === ARP_TABLE && attributes.statistics !== undefined) {
        found = attributes;
      }
    },
  );
  const { configuration, statistics, threshold1 = 0, threshold2 = 0, threshold3 = 0 } = found;
  return {
    entries: configuration?.entries ?? 0,
    softLimit: threshold1,
    middleLimit: threshold2,
    hardLimit: threshold3,
    tableFulls: statistics?.tableFulls ?? 0,
    resolutionsFailed: statistics?.resolutionsFailed ?? 0,
    unresolvedDiscards: readUnresolvedDiscards(),
  };
}

/** A row of hexadecimal numbers for each processor (net/core/neighbour.c, neigh_stat_seq_show). */
function readUnresolvedDiscards(): number | undefined {
  let text: string;
  try {
    text = readFileSync(STATISTICS, 'utf8');
  } catch (error) {
    const code = codeOf(error) ?? 'EIO';
    if (code === 'ENOENT') {
      return undefined;
    }
    throw KernelFault.broken(`read ${STATISTICS}`, code, error);
  }
  const [names = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const column = names.indexOf('unresolved_discards');
  return rows.reduce((sum, row) => sum + Number.parseInt(row[column] ?? '0', 16), 0);
}
