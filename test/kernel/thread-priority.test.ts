import assert from 'node:assert/strict';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { scheduleThread, schedulingOf } from '../../native-bindings/scheduling.ts';
import { preferThread } from '../../src/kernel/thread-priority.ts';
import { mayPrefer } from '../support/may-prefer.ts';

test('a preferred thread has a higher priority where that is allowed, and runs like others where it is not', () => {
  const allowed = mayPrefer();
  const before = getPriority(process.pid);
  try {
    assert.equal(preferThread(process.pid), allowed ? undefined : 'EPERM');
    assert.equal(getPriority(process.pid), allowed ? -15 : before);
  } finally {
    // The main thread's number is the process's; what runs after this test is to run as usual.
    if (allowed) {
      scheduleThread(process.pid, { nice: before, sliceNanoseconds: 0 });
    }
  }
});

test('a thread has the slice that was asked for, on kernels that know slices', (t) => {
  const { nice, sliceNanoseconds } = schedulingOf(process.pid);
  if (sliceNanoseconds === 0) {
    t.skip('Linux before 6.12 does not tell a slice');
    return;
  }
  scheduleThread(process.pid, { nice, sliceNanoseconds: 300_000 });
  assert.equal(schedulingOf(process.pid).sliceNanoseconds, 300_000);
  scheduleThread(process.pid, { nice, sliceNanoseconds: 0 });
  assert.equal(schedulingOf(process.pid).sliceNanoseconds, sliceNanoseconds);
});

test('a thread that is not there is a fault that names the call and the errno', () => {
  assert.throws(
    () => scheduleThread(2 ** 22 + 1, { nice: 0, sliceNanoseconds: 100_000 }),
    /^SystemCallFault: sched_setattr: ESRCH; allowed: success$/,
  );
});
