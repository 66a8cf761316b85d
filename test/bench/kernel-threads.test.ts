import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KernelThreads, movableThreads } from '../../scripts/bench/kernel-threads.ts';
import { placement } from '../../src/lab/machine.ts';

const CHILD = fileURLToPath(new URL('./kernel-threads-child.js', import.meta.url));
const places = placement();
const skip =
  (!new KernelThreads().isInReach && 'moving threads of the kernel needs root in the initial namespace') ||
  (places.traffic === places.agent && 'there is one processor');

/** Where they may run; those that begin or end meanwhile are left out. */
function where(): Record<string, string> {
  const workqueues = readFileSync('/sys/devices/virtual/workqueue/cpumask', 'utf8').trim();
  return {
    workqueues,
    ...Object.fromEntries(movableThreads().map(({ id, processors }) => [id, processors])),
  };
}

function assertSame(found: Record<string, string>, expected: Record<string, string>): void {
  for (const [name, processors] of Object.entries(found)) {
    assert.equal(processors, expected[name] ?? processors, name);
  }
}

/** Starts the child; resolves when it has moved them. */
async function startChild(context: TestContext, way: string) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-threads-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const mark = join(folder, 'mark.json');
  const child = spawn(process.execPath, [CHILD, mark, way], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => new KernelThreads(mark).restoreAfterKill());
  context.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  assert.equal(String((await once(child.stdout, 'data'))[0]), 'true\n');
  return { child, ended, mark };
}

function assertMoved(before: Record<string, string>): void {
  const { workqueues, ...threads } = where();
  assert.equal(Number.parseInt(workqueues ?? '', 16), 1 << places.traffic);
  const moved = Object.entries(threads).filter(([id, processors]) => processors !== before[id]);
  assert.ok(moved.length > 0);
  assert.ok(moved.every(([, processors]) => processors === String(places.traffic)));
  assert.ok(!Object.values(threads).some((processors) => processors.includes('-')));
}

test('threads of the kernel leave the processor that answers, and come back', { skip }, async (context) => {
  const before = where();
  const { ended, mark } = await startChild(context, 'ends');
  assert.deepEqual(await ended, [0, null]);
  assertSame(where(), before);
  assert.ok(!existsSync(mark));
});

test('after a kill the next run puts them back', { skip }, async (context) => {
  const before = where();
  const { child, ended, mark } = await startChild(context, 'waits');
  const next = new KernelThreads(mark);
  assertMoved(before);
  assert.throws(() => next.restoreAfterKill(), new RegExp(`process ${child.pid}.*one run at a time`));
  child.kill('SIGKILL');
  await ended;
  assertMoved(before);
  assert.equal(next.restoreAfterKill(), true);
  assertSame(where(), before);
  assert.equal(next.restoreAfterKill(), false, 'there is nothing more to put back');
});
