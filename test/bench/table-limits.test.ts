import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Places, TableLimits } from '../../scripts/bench/table-limits.ts';

const NAMES = ['gc_thresh1', 'gc_thresh2', 'gc_thresh3'];
const BEFORE = ['128', '512', '2000000'];
const RAISED = ['1000000', '1000000', '2000000'];
const CHILD = fileURLToPath(new URL('./table-limits-child.js', import.meta.url));

/** Files that stand for the sysctls. */
function limitsFolder(context: TestContext): Places {
  const folder = mkdtempSync(join(tmpdir(), 'bench-limits-'));
  context.after(() => rmSync(folder, { recursive: true }));
  NAMES.forEach((name, index) => {
    writeFileSync(join(folder, name), `${BEFORE[index]}\n`);
  });
  return { folder, mark: join(folder, 'mark.json') };
}

function valuesIn({ folder }: Places): string[] {
  return NAMES.map((name) => readFileSync(join(folder, name), 'utf8').trim());
}

/** Starts the child; resolves when it has raised the limits. */
async function startChild(context: TestContext, places: Places, way: string) {
  const child = spawn(process.execPath, [CHILD, places.folder, places.mark, way], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  context.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const raised = once(child.stdout, 'data').then(() => valuesIn(places));
  return { child, ended, raised };
}

const ENDINGS = [
  { way: 'returns', status: 0 },
  { way: 'throws', status: 3 },
  { way: 'exits', status: 7 },
  { way: 'crashes', status: 1 },
] as const;

for (const { way, status } of ENDINGS) {
  test(`limits are put back when the program ${way}`, async (context) => {
    const places = limitsFolder(context);
    const { ended } = await startChild(context, places, way);
    assert.deepEqual(await ended, [status, null]);
    assert.deepEqual(valuesIn(places), BEFORE);
    assert.ok(!existsSync(places.mark));
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`limits are put back when ${signal} ends the program`, async (context) => {
    const places = limitsFolder(context);
    const { child, ended, raised } = await startChild(context, places, 'waits');
    assert.deepEqual(await raised, RAISED, 'they were raised, and none was lowered');
    child.kill(signal);
    assert.deepEqual(await ended, [null, signal]);
    assert.deepEqual(valuesIn(places), BEFORE);
    assert.ok(!existsSync(places.mark));
  });
}

test('after a kill the next run puts limits back, and not while the other still runs', async (context) => {
  const places = limitsFolder(context);
  const { child, ended, raised } = await startChild(context, places, 'waits');
  await raised;
  const next = new TableLimits(places);
  assert.throws(() => next.restoreAfterKill(), new RegExp(`process ${child.pid}.*one run at a time`));
  assert.deepEqual(valuesIn(places), RAISED);
  child.kill('SIGKILL');
  await ended;
  assert.deepEqual(valuesIn(places), RAISED, 'nothing could catch that');
  assert.equal(next.restoreAfterKill(), true);
  assert.deepEqual(valuesIn(places), BEFORE);
  assert.equal(next.restoreAfterKill(), false, 'there is nothing more to put back');
});

test('where there are no such files they are out of reach, and nothing is put back', (context) => {
  const { mark, folder } = limitsFolder(context);
  const limits = new TableLimits({ folder: join(folder, 'absent'), mark });
  assert.match(limits.outOfReach ?? '', /only by root in the initial namespace/);
  assert.equal(limits.restoreAfterKill(), false);
});
