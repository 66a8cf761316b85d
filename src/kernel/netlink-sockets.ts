import { readFileSync } from 'node:fs';
import { codeOf } from '../base/errno.ts';
import { KernelFault } from './kernel-fault.ts';

const TABLE = '/proc/net/netlink';

/** What the kernel says of one netlink socket. */
export interface NetlinkSocketState {
  /** Bytes that wait to be read. */
  readonly backlog: number;
  /** Messages that were dropped because its receive buffer was full. */
  readonly drops: number;
}

/**
 * The NETLINK_ROUTE sockets of this namespace by their port (net/netlink/af_netlink.c, netlink_native_seq_show).
 *
 * @throws KernelFault
 */
export function readNetlinkSockets(): ReadonlyMap<number, NetlinkSocketState> {
  let text: string;
  try {
    text = readFileSync(TABLE, 'utf8');
  } catch (error) {
    throw KernelFault.broken(`read ${TABLE}`, codeOf(error) ?? 'EIO', error);
  }
  const [names = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const column = (row: readonly string[], name: string) => Number(row[names.indexOf(name)] ?? 0);
  return new Map(
    rows
      .filter((row) => column(row, 'Eth') === 0)
      .map((row) => [column(row, 'Pid'), { backlog: column(row, 'Rmem'), drops: column(row, 'Drops') }]),
  );
}
