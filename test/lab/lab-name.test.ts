import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LabFault } from '../../src/lab/lab-fault.ts';
import { findLabs, isOfLab, KEPT, reserveLabName } from '../../src/lab/lab-name.ts';

function folderOfLabs(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'l3missd-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('the labs of one process have different names, each with a folder', (t) => {
  const parent = folderOfLabs(t);
  const names = [reserveLabName(parent), reserveLabName(parent), reserveLabName(parent)];
  assert.deepEqual(
    names.map(({ name }) => name),
    [`l3m-${process.pid}`, `l3m-${process.pid}.2`, `l3m-${process.pid}.3`],
  );
  assert.deepEqual(
    findLabs(parent)
      .map(({ folder }) => folder)
      .sort(),
    names.map(({ folder }) => folder),
  );
});

test('a folder that cannot be made is a fault', () => {
  assert.throws(() => reserveLabName('/nonexistent'), LabFault);
});

test('a name that begins alike is another lab', () => {
  assert.ok(isOfLab('l3m-12-h1-c1', 'l3m-12'));
  assert.ok(!isOfLab('l3m-123-h1', 'l3m-12'));
  assert.ok(!isOfLab('l3m-12.2-h1', 'l3m-12'));
});

test('labs are found with the fate of their process; other folders are not labs', (t) => {
  const parent = folderOfLabs(t);
  const dead = spawnSync('true').pid;
  for (const name of [`l3m-${process.pid}`, `l3m-${dead}`, `l3m-${dead}.2`, 'l3m-notes', 'other']) {
    mkdirSync(join(parent, name));
  }
  writeFileSync(join(parent, `l3m-${dead}.2`, KEPT), '');
  const found = findLabs(parent)
    .map(({ name, orphan, kept }) => ({ name, orphan, kept }))
    .sort((a, b) => Number(a.orphan) - Number(b.orphan) || a.name.localeCompare(b.name));
  assert.deepEqual(found, [
    { name: `l3m-${process.pid}`, orphan: false, kept: false },
    { name: `l3m-${dead}`, orphan: true, kept: false },
    { name: `l3m-${dead}.2`, orphan: true, kept: true },
  ]);
});
