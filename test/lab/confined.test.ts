import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { confine } from '../../src/lab/confined.ts';
import { LabFault } from '../../src/lab/lab-fault.ts';

const NO_PROCESSOR = 100_000;

/** As the kernel tells it (proc_pid_status(5)). */
function processorsOf(pid: number): string | undefined {
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

test('a process that runs is confined to a processor, and stays where it is when that is not there', async () => {
  const child = spawn('sleep', ['60']);
  try {
    const { pid } = child;
    assert.ok(pid);
    const [processor] = (processorsOf(pid) ?? '').split(/[-,]/);
    await confine(pid, Number(processor));
    assert.equal(processorsOf(pid), processor);
    await assert.rejects(confine(pid, NO_PROCESSOR), LabFault);
    assert.equal(processorsOf(pid), processor);
  } finally {
    child.kill();
  }
});

test('a process that has ended needs no processor', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  assert.ok(child.pid);
  await confine(child.pid, 0);
});
