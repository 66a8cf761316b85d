import { scheduleThread } from '../../native-bindings/scheduling.ts';
import { codeOf } from '../base/errno.ts';

/** The nice value (sched(7)); others have 0. */
const NICE = -15;

/**
 * A thread that wakes interrupts another of its processor only if its own slice is shorter (PREEMPT_SHORT, Linux 6.12,
 * kernel/sched/fair.c); the usual one is 2.8 ms. 0.1 ms is the shortest.
 */
const SLICE_NANOSECONDS = 100_000;

/** Without the privilege, or in a sandbox that forbids the call, the thread runs like any other. */
const ACCEPTED = new Set(['EPERM', 'EACCES', 'ENOSYS']);

/**
 * Lets a thread that runs for microseconds at a time run before everything of usual priority on its processor, V8's
 * helper threads among it.
 *
 * @param threadId the kernel's number of the thread
 * @returns whether it does now; that needs CAP_SYS_NICE
 * @throws SystemCallFault
 */
export function preferThread(threadId: number): boolean {
  try {
    scheduleThread(threadId, { nice: NICE, sliceNanoseconds: SLICE_NANOSECONDS });
    return true;
  } catch (error) {
    if (ACCEPTED.has(codeOf(error) ?? '')) {
      return false;
    }
    throw error;
  }
}
