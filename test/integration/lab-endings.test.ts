import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/lab/command.ts';
import { namespacesOfLab, takeDownKept, takeDownLab, takeDownOrphans } from '../../src/lab/take-down.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';
import { labSkipReason } from '../support/lab-fixture.ts';

const skip = labSkipReason();

interface Child {
  readonly lab: string;
  readonly process: ChildProcess;
  /** What it printed to standard output until now. */
  printed(): string;
  readonly ended: Promise<{ status: number | null; signal: NodeJS.Signals | null; stderr: string }>;
}

/** Starts test/support/lab-child.ts; whatever it leaves behind is removed at the end of the test. */
async function startChild(t: TestContext, ending: string): Promise<Child> {
  const program = fileURLToPath(new URL('../support/lab-child.js', import.meta.url));
  const child = spawn(process.execPath, [program, ending], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const ended: Child['ended'] = new Promise((resolve) => {
    child.once('exit', (status, signal) => resolve({ status, signal, stderr }));
  });
  t.after(() => child.kill('SIGKILL'));
  const lab = await waitUntil('the name of the lab', () => /^(l3m-\S+)\n/.exec(stdout)?.[1]);
  t.after(() => takeDownLab(lab, join(tmpdir(), lab)));
  return { lab, process: child, printed: () => stdout, ended };
}

/** Pids of the programs that work in the lab's folder, as etcd does, even when the folder is gone. */
function processesOfLab(lab: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => workingFolder(pid).startsWith(join(tmpdir(), lab, '/')))
    .map(Number);
}

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // It ended meanwhile, or is another user's.
    return '';
  }
}

async function assertNothingLeft(lab: string): Promise<void> {
  assert.deepEqual(await namespacesOfLab(lab), []);
  assert.equal(existsSync(join(tmpdir(), lab)), false, 'the folder is gone');
  assert.deepEqual(processesOfLab(lab), []);
}

async function waitUntilUp(child: Child): Promise<void> {
  await waitUntil('the lab is up', () => child.printed().endsWith('up\n'), { timeout: 30_000 });
  assert.ok((await namespacesOfLab(child.lab)).length > 0);
  assert.equal(processesOfLab(child.lab).length, 1, 'etcd runs');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} ends a raised lab whole`, { skip }, async (t) => {
    const child = await startChild(t, 'stay');
    await waitUntilUp(child);
    child.process.kill(signal);
    const ending = await child.ended;
    assert.deepEqual(ending, { status: null, signal, stderr: '' });
    await assertNothingLeft(child.lab);
  });
}

test('a second signal does not interrupt the taking down', { skip }, async (t) => {
  const child = await startChild(t, 'stay');
  await waitUntilUp(child);
  child.process.kill('SIGTERM');
  child.process.kill('SIGINT');
  assert.notEqual((await child.ended).signal, null);
  await assertNothingLeft(child.lab);
});

/** A lab with two hosts is raised in these steps, so the signal comes in the midst of each. */
for (const namespaces of [0, 1, 2, 3]) {
  test(`SIGTERM and SIGINT with ${namespaces} of 3 namespaces raised leave nothing`, { skip }, async (t) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const child = await startChild(t, 'stay');
      await waitUntil(
        'part of the lab',
        async () => (await namespacesOfLab(child.lab)).length >= namespaces,
        { interval: 1, timeout: 30_000 },
      );
      child.process.kill(signal);
      await child.ended;
      await assertNothingLeft(child.lab);
    }
  });
}

for (const ending of ['throw', 'reject']) {
  test(`an error that nobody catches (${ending}) takes the lab down and is shown`, { skip }, async (t) => {
    const child = await startChild(t, ending);
    const { status, stderr } = await child.ended;
    assert.equal(status, 1);
    assert.match(stderr, /RangeError: (thrown|rejected) on purpose/);
    await assertNothingLeft(child.lab);
  });
}

test('after SIGKILL no program survives, and the rest is removed as an orphan', { skip }, async (t) => {
  const child = await startChild(t, 'stay');
  await waitUntilUp(child);
  assert.ok(!(await takeDownOrphans()).includes(child.lab), 'a lab in use is no orphan');
  child.process.kill('SIGKILL');
  await child.ended;
  await waitUntil('the end of etcd', () => processesOfLab(child.lab).length === 0);
  assert.ok((await takeDownOrphans()).includes(child.lab));
  await assertNothingLeft(child.lab);
});

test('a kept lab outlives its process, is spared as an orphan and taken down by name', {
  skip,
}, async (t) => {
  const child = await startChild(t, 'keep');
  assert.equal((await child.ended).status, 0);
  assert.equal(processesOfLab(child.lab).length, 1, 'etcd runs on');
  assert.ok(!(await takeDownOrphans()).includes(child.lab));
  await runCommand('ip', ['netns', 'exec', `${child.lab}-h1`, 'ping', '-c', '1', '10.99.0.12']);
  await takeDownKept(child.lab);
  await assertNothingLeft(child.lab);
  await assert.rejects(takeDownKept(child.lab), /the name of a lab of yours that was kept/);
});
