import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/lab/command.ts';
import { namespacesOfLab, takeDownLab } from '../../src/lab/take-down.ts';
import { labSkipReason } from '../support/lab-fixture.ts';

const skip = labSkipReason();

interface DemoRun {
  readonly lab: string;
  readonly folder: string;
  readonly output: string;
  readonly status: number | null;
  readonly milliseconds: number;
}

/** Runs what scripts/demo starts; whatever it leaves behind is removed at the end of the test. */
async function runDemo(t: TestContext, ...args: string[]): Promise<DemoRun> {
  const program = fileURLToPath(new URL('../../src/lab/demo.js', import.meta.url));
  const begun = performance.now();
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lab = `l3m-${child.pid}`;
  const folder = `${tmpdir()}/${lab}`;
  t.after(() => takeDownLab(lab, folder));
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { lab, folder, output, status, milliseconds: performance.now() - begun };
}

test('the demo crosses every pair, shows it in 80 columns, and leaves nothing', { skip }, async (t) => {
  const { lab, folder, output, status, milliseconds } = await runDemo(t);
  assert.equal(status, 0, output);
  const pings = output.match(/h\d-c\d \S+ +. h\d-c\d \S+ +. [h12, ]+. +\d+\.\d{3} ms . +\d+\.\d{3} ms/g);
  assert.equal(pings?.length, 8, output);
  assert.equal(output.match(/ h\d . h\d-c\d \S+ +. [0-9a-f:]{17} . PERMANENT/g)?.length, 4, output);
  assert.equal(output.match(/ h\d . [0-9a-f:]{17} . h\d 10\.99\.0\.1\d +. PERMANENT/g)?.length, 2, output);
  assert.match(output, /answered +. +2 . +2 /);
  assert.ok(output.split('\n').every((line) => line.length <= 80));
  assert.ok(milliseconds < 60_000, `${milliseconds} ms`);
  assert.deepEqual(await namespacesOfLab(lab), []);
  assert.equal(existsSync(folder), false);
});

test('a kept demo can be entered as it says, and is taken down by name', { skip }, async (t) => {
  const { lab, folder, output, status } = await runDemo(t, '--keep');
  assert.equal(status, 0, output);
  const pingCommand = /^ {2}(ip netns exec \S+ ping \S+)$/m.exec(output)?.[1];
  await runCommand('sh', ['-c', `${pingCommand} -c 1 -W 5`]);
  assert.equal((await namespacesOfLab(lab)).length, 7);
  const down = await runDemo(t, '--down', lab);
  assert.equal(down.status, 0);
  assert.deepEqual(await namespacesOfLab(lab), []);
  assert.equal(existsSync(folder), false);
});
