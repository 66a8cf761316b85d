import { constants, endianness } from 'node:os';
import { systemCall } from './libc.ts';
import { SystemCallFault } from './system-call-fault.ts';

const LITTLE = endianness() === 'LE';

/** Size of struct sched_attr in its first version (include/uapi/linux/sched/types.h, SCHED_ATTR_SIZE_VER0). */
const ATTRIBUTES_BYTES = 48;

/** The number of sched_setattr(2) by process.arch; the C library has no function for it before glibc 2.41. */
const SCHED_SETATTR: Readonly<Partial<Record<NodeJS.Architecture, number>>> = {
  arm: 380,
  arm64: 274,
  ppc64: 355,
  riscv64: 274,
  s390x: 345,
  x64: 314,
};

export interface ThreadScheduling {
  /** -20 to 19; below the present one it needs CAP_SYS_NICE. */
  readonly nice: number;
  /** How long the thread may run at a time when others wait, 100,000 to 100,000,000 ns. Linux before 6.12 ignores it. */
  readonly sliceNanoseconds: number;
}

/**
 * Sets how an ordinary thread (SCHED_OTHER) shares its processor: sched_setattr(2).
 *
 * @param threadId the kernel's number of the thread
 * @throws SystemCallFault with EPERM when it needs privilege; with ENOSYS on an architecture that is not known here
 */
export function scheduleThread(threadId: number, { nice, sliceNanoseconds }: ThreadScheduling): void {
  const call = SCHED_SETATTR[process.arch];
  if (call === undefined) {
    throw new SystemCallFault('sched_setattr', constants.errno.ENOSYS);
  }
  const attributes = Buffer.alloc(ATTRIBUTES_BYTES);
  const view = new DataView(attributes.buffer, attributes.byteOffset);
  view.setUint32(0, ATTRIBUTES_BYTES, LITTLE);
  view.setInt32(16, nice, LITTLE);
  view.setBigUint64(24, BigInt(sliceNanoseconds), LITTLE);
  systemCall('sched_setattr', call, threadId, attributes, 0);
}
