import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compilePrograms } from '../../scripts/bench/programs.ts';

const compiler = spawnSync('sh', ['-c', 'command -v cc']).status === 0;

test('without a compiler it says what to install', async (context) => {
  const empty = mkdtempSync(join(tmpdir(), 'bench-no-cc-'));
  context.after(() => rmSync(empty, { recursive: true }));
  await assert.rejects(
    compilePrograms(empty, 'no-such-compiler'),
    /no-such-compiler: not installed; allowed: a C compiler: apt-get install gcc libc6-dev/,
  );
});

test('the C programs compile without warnings and refuse wrong arguments', {
  skip: compiler ? false : 'no C compiler here',
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-programs-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const programs = await compilePrograms(folder);
  for (const [name, program] of Object.entries(programs)) {
    const { status, stderr } = spawnSync(program, [], { encoding: 'utf8' });
    assert.equal(status, 2, name);
    assert.match(stderr, new RegExp(`^usage: ${name} `));
  }
  const wrong = spawnSync(programs.responder, ['file', '0', '1', '1', '1'], { encoding: 'utf8' });
  assert.match(wrong.stderr, /^0; allowed: a whole number from 1 to 4000000/);
});
