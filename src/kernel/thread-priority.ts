import { scheduleThread, schedulingOf } from '../../native-bindings/scheduling.ts';
import { SystemCallFault } from '../../native-bindings/system-call-fault.ts';

/** The policy of ordinary threads (include/uapi/linux/sched.h). */
const SCHED_OTHER = 0;

/** The nice value (sched(7)); others have 0. */
const NICE = -15;

/**
 * A thread that wakes interrupts another of its processor only if its own slice is shorter (PREEMPT_SHORT, Linux 6.12,
 * kernel/sched/fair.c); the usual one is 1.4 ms on two processors and 2.8 ms on eight. 0.1 ms is the shortest.
 */
const SLICE_NANOSECONDS = 100_000;

/**
 * Lets a thread that runs for microseconds at a time run before everything of usual priority on its processor, V8's
 * helper threads among it.
 *
 * @param threadId the kernel's number of the thread
 * @returns undefined when it does now, otherwise why not: the operator chose another policy than
 *   SCHED_OTHER, or the errno's name. EPERM: it needs CAP_SYS_NICE; ENOSYS: not known on
 *   this architecture, or forbidden by a sandbox; ESRCH: the thread has ended
 */
export function preferThread(threadId: number): string | undefined {
  try {
    const { policy, nice } = schedulingOf(threadId);
    if (policy !== SCHED_OTHER) {
      return `its scheduling policy is ${policy}`;
    }
    scheduleThread(threadId, { nice: Math.min(nice, NICE), sliceNanoseconds: SLICE_NANOSECONDS });
    return undefined;
  } catch (error) {
    if (error instanceof SystemCallFault) {
      return error.code;
    }
    throw error;
  }
}
