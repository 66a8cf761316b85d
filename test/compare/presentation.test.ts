import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { requirePresentable } from '../../src/compare/presentation.ts';
import { ResultsFileFault } from '../../src/compare/results-file.ts';

it('refuses a file that cannot be written before anything is measured', async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'presentation-'));
  test.after(() => rmSync(folder, { recursive: true }));
  await requirePresentable({});
  await requirePresentable({ json: join(folder, 'results.json') });
  const json = join(folder, 'absent', 'results.json');
  await assert.rejects(requirePresentable({ json }), (error) => {
    assert.ok(error instanceof ResultsFileFault);
    const allowed = 'a folder that can be written';
    assert.ok(error.message.startsWith(`${json}: cannot be written (ENOENT); allowed: ${allowed}`));
    return true;
  });
});
