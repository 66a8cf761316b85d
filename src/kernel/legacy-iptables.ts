import { readFileSync } from 'node:fs';
import { close, getSocketOption, socket } from '../../native-bindings/libc.ts';
import { codeOf } from '../base/errno.ts';
import {
  AF_INET,
  IPPROTO_RAW,
  IPT_SO_GET_ENTRIES,
  IPT_SO_GET_INFO,
  NF_DROP,
  NF_INET_FORWARD,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_IP,
} from '../netlink/constants.ts';
import { i32, u16, u32 } from '../netlink/values.ts';

const TABLE = 'filter';
const NAME_BYTES = 32;

/** struct ipt_getinfo (include/uapi/linux/netfilter_ipv4/ip_tables.h): name, valid hooks, five entries, five underflows, count, size. */
const INFO = { underflowAt: NAME_BYTES + 4 + 5 * 4, sizeAt: NAME_BYTES + 4 + 10 * 4 + 4, bytes: 84 } as const;

/** struct ipt_get_entries: name, size, and the entries from where their 64-bit counters are aligned. */
const ENTRIES_AT = 40;

/** Offset of ipt_entry.target_offset; the verdict of a standard target stands behind its 32 bytes of xt_entry_target. */
const TARGET_OFFSET_AT = 88;
const TARGET_BYTES = 32;

/**
 * Whether the FORWARD chain of the older iptables (not the one on nftables) drops what no rule accepts. Equivalent to
 * looking for `-P FORWARD DROP` in `iptables-legacy -S`.
 *
 * Asking for the table would create it, so it is asked only where the namespace has one.
 *
 * @throws SystemCallFault
 */
export function doesLegacyForwardDrop(): boolean {
  if (!hasTable()) {
    return false;
  }
  const descriptor = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
  try {
    const info = named(INFO.bytes);
    getSocketOption(descriptor, SOL_IP, IPT_SO_GET_INFO, info);
    const size = u32.read(info, INFO.sizeAt, 4);
    const policyAt = ENTRIES_AT + u32.read(info, INFO.underflowAt + NF_INET_FORWARD * 4, 4);
    const entries = named(ENTRIES_AT + size);
    u32.write(entries, NAME_BYTES, size);
    getSocketOption(descriptor, SOL_IP, IPT_SO_GET_ENTRIES, entries);
    const target = policyAt + u16.read(entries, policyAt + TARGET_OFFSET_AT, 2);
    // A verdict is stored negative and one less, so that it differs from an offset to jump to.
    return i32.read(entries, target + TARGET_BYTES, 4) === -NF_DROP - 1;
  } finally {
    close(descriptor);
  }
}

function named(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.write(TABLE, 'latin1');
  return buffer;
}

function hasTable(): boolean {
  try {
    return readFileSync('/proc/net/ip_tables_names', 'latin1').split('\n').includes(TABLE);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      throw error;
    }
    return false;
  }
}
