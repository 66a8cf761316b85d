import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { isTreeRunnable, killTree, processTree, treeUsage } from '../../src/lab/process-tree.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';

/** A shell with a busy child and one that sleeps. */
async function startTree(context: TestContext) {
  const child = spawn('sh', ['-c', 'sh -c "while :; do :; done" & sleep 60; true'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await once(child, 'spawn');
  const root = child.pid ?? 0;
  context.after(() => killTree(root));
  await waitUntil('three processes', () => processTree(root).length === 3);
  return { root, ended };
}

test('a tree is a process and what it started, and it is killed whole', async (context) => {
  const { root, ended } = await startTree(context);
  const tree = processTree(root);
  assert.equal(tree[0], root);
  killTree(root);
  await ended;
  await waitUntil('the end of all', () => tree.every((pid) => treeUsage(pid).residentMiB === 0));
});

test('what a tree uses is that of all its processes', async (context) => {
  const { root } = await startTree(context);
  const before = treeUsage(root);
  assert.ok(before.residentMiB > 0.5, `${before.residentMiB} MiB`);
  await waitUntil(
    'a tenth of a second of work',
    () => treeUsage(root).processorMs > before.processorMs + 100,
  );
  assert.ok(
    treeUsage(process.pid).residentMiB > treeUsage(root).residentMiB,
    'this process has it as a child',
  );
});

test('a tree runs while any of its processes does', async (context) => {
  const { root } = await startTree(context);
  assert.equal(isTreeRunnable(root), true);
  const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' });
  context.after(() => sleeper.kill());
  await once(sleeper, 'spawn');
  await waitUntil('its sleep', () => !isTreeRunnable(sleeper.pid ?? 0));
});

test('a process that is not there uses nothing and may be killed', () => {
  killTree(2 ** 22 + 1);
  assert.deepEqual(treeUsage(2 ** 22 + 1), { processorMs: 0, residentMiB: 0 });
  assert.equal(isTreeRunnable(2 ** 22 + 1), false);
});
