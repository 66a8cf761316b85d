import { constants, endianness } from 'node:os';
import { systemCall } from './libc.ts';
import { SystemCallFault } from './system-call-fault.ts';

const LITTLE = endianness() === 'LE';

/** Size of struct sched_attr in its first version (include/uapi/linux/sched/types.h, SCHED_ATTR_SIZE_VER0). */
const ATTRIBUTES_BYTES = 48;

/** The numbers of sched_setattr(2) by process.arch; the C library has no function for it before glibc 2.41. */
const SCHED_SETATTR: CallNumbers = { arm: 380, arm64: 274, ppc64: 355, riscv64: 274, s390x: 345, x64: 314 };

/** Those of sched_getattr(2). */
const SCHED_GETATTR: CallNumbers = { arm: 381, arm64: 275, ppc64: 356, riscv64: 275, s390x: 346, x64: 315 };

type CallNumbers = Readonly<Partial<Record<NodeJS.Architecture, number>>>;

/** Where the fields stand in struct sched_attr. */
const POLICY_AT = 4;
const NICE_AT = 16;
const RUNTIME_AT = 24;

export interface ThreadScheduling {
  /** -20 to 19; below the present one it needs CAP_SYS_NICE. */
  readonly nice: number;
  /**
   * How long the thread may run at a time when others wait, 100,000 to 100,000,000 ns; 0 for the usual. Linux before 6.12
   * ignores it, and says 0.
   */
  readonly sliceNanoseconds: number;
}

/**
 * Makes a thread an ordinary one (SCHED_OTHER) and sets how it shares its processor: sched_setattr(2).
 *
 * @param threadId the kernel's number of the thread
 * @throws SystemCallFault with EPERM when it needs privilege; with ENOSYS on an architecture that is not known here
 */
export function scheduleThread(threadId: number, { nice, sliceNanoseconds }: ThreadScheduling): void {
  const attributes = Buffer.alloc(ATTRIBUTES_BYTES);
  const view = viewOf(attributes);
  view.setUint32(0, ATTRIBUTES_BYTES, LITTLE);
  view.setInt32(NICE_AT, nice, LITTLE);
  view.setBigUint64(RUNTIME_AT, BigInt(sliceNanoseconds), LITTLE);
  systemCall(numberOf('sched_setattr', SCHED_SETATTR), threadId, attributes);
}

/**
 * How a thread shares its processor, and by which policy (0 is SCHED_OTHER): sched_getattr(2).
 *
 * @param threadId the kernel's number of the thread
 * @throws SystemCallFault
 */
export function schedulingOf(threadId: number): ThreadScheduling & { readonly policy: number } {
  const attributes = Buffer.alloc(ATTRIBUTES_BYTES);
  systemCall(numberOf('sched_getattr', SCHED_GETATTR), threadId, attributes, ATTRIBUTES_BYTES);
  const view = viewOf(attributes);
  return {
    policy: view.getUint32(POLICY_AT, LITTLE),
    nice: view.getInt32(NICE_AT, LITTLE),
    sliceNanoseconds: Number(view.getBigUint64(RUNTIME_AT, LITTLE)),
  };
}

function numberOf(name: string, numbers: CallNumbers) {
  const number = numbers[process.arch];
  if (number === undefined) {
    throw new SystemCallFault(name, constants.errno.ENOSYS);
  }
  return { name, number };
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
