import type { FilterInstruction } from '../../native-bindings/netlink-socket.ts';
import {
  BPF_ABS,
  BPF_H,
  BPF_JEQ,
  BPF_JMP,
  BPF_JSET,
  BPF_K,
  BPF_LD,
  BPF_RET,
  BPF_W,
  NLMSG_ERROR,
  NUD_INCOMPLETE,
  NUD_PROBE,
  RTM_GETNEIGH,
} from '../netlink/constants.ts';
import { u16, u32 } from '../netlink/values.ts';

/** Offsets into a message: nlmsg_type of nlmsghdr, ndm_ifindex and ndm_state of the ndmsg behind it. */
const TYPE_AT = 4;
const IFINDEX_AT = 20;
const STATE_AT = 24;

const WHOLE_MESSAGE = 0xffffffff;

/**
 * Passes RTM_GETNEIGH of the interface in INCOMPLETE (a miss) or PROBE (a question about an entry in use), and
 * NLMSG_ERROR, which has no interface. The states keep out the notifications of the vxlan device's own l2miss and
 * l3miss, which come in STALE; the type keeps out the echo of every entry that is installed or removed.
 *
 * Classic BPF loads in network order (net/core/filter.c), netlink stands in the machine's: the constants are turned.
 */
export function missFilter(ifindex: number): FilterInstruction[] {
  return [
    load(BPF_H, TYPE_AT),
    // The kernel's acknowledgement also ends the reader's wait.
    jump(BPF_JEQ, turned16(NLMSG_ERROR), 5, 0),
    jump(BPF_JEQ, turned16(RTM_GETNEIGH), 0, 5),
    load(BPF_W, IFINDEX_AT),
    jump(BPF_JEQ, turned32(ifindex), 0, 3),
    load(BPF_H, STATE_AT),
    jump(BPF_JSET, turned16(NUD_INCOMPLETE | NUD_PROBE), 0, 1),
    result(WHOLE_MESSAGE),
    result(0),
  ];
}

function load(size: number, at: number): FilterInstruction {
  return { code: BPF_LD | size | BPF_ABS, jumpTrue: 0, jumpFalse: 0, value: at };
}

function jump(test: number, value: number, jumpTrue: number, jumpFalse: number): FilterInstruction {
  return { code: BPF_JMP | test | BPF_K, jumpTrue, jumpFalse, value };
}

function result(value: number): FilterInstruction {
  return { code: BPF_RET | BPF_K, jumpTrue: 0, jumpFalse: 0, value };
}

function turned16(value: number): number {
  const buffer = Buffer.alloc(2);
  u16.write(buffer, 0, value);
  return buffer.readUInt16BE(0);
}

function turned32(value: number): number {
  const buffer = Buffer.alloc(4);
  u32.write(buffer, 0, value);
  return buffer.readUInt32BE(0);
}
