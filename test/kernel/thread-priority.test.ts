import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { test } from 'node:test';
import { scheduleThread } from '../../native-bindings/scheduling.ts';
import { preferThread } from '../../src/kernel/thread-priority.ts';

/** CAP_SYS_NICE over this process: not in a user namespace. */
const privileged = Boolean(process.getuid?.() === 0 && isInitialUserNamespace());

function isInitialUserNamespace(): boolean {
  return /^\s*0\s+0\s+4294967295$/m.test(readFileSync('/proc/self/uid_map', 'utf8'));
}

test('a preferred thread has a higher priority where that is allowed, and runs like others where it is not', () => {
  assert.equal(preferThread(process.pid), privileged);
  assert.equal(getPriority(process.pid), privileged ? -15 : 0);
  // The main thread's number is the process's; what runs after this test is to run as usual.
  setPriority(process.pid, 0);
});

test('a thread that is not there is a fault that names the call and the errno', () => {
  assert.throws(
    () => scheduleThread(2 ** 22 + 1, { nice: 0, sliceNanoseconds: 100_000 }),
    /^SystemCallFault: sched_setattr: ESRCH; allowed: success$/,
  );
});
