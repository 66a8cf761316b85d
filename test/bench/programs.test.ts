import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compilePrograms } from '../../scripts/bench/programs.ts';
import { missFilter } from '../../src/kernel/miss-filter.ts';
import { resolvedTemplate } from '../../src/misses/answer.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';
import { fill } from '../../src/netlink/template.ts';

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
  const wrong = spawnSync(programs.responder, ['eth0', 'file', '0', '1', '1', '1'], { encoding: 'utf8' });
  assert.match(wrong.stderr, /^0; allowed: a whole number from 1 to 4000000/);
});

test('the yardstick answers with the daemon’s message', {
  skip: compiler ? false : 'no C compiler here',
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-message-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const { yardstick } = await compilePrograms(folder);
  const mac = parseMac('02:4c:00:12:34:56');
  const { stdout } = spawnSync(yardstick, ['--message', '4711', mac], { encoding: 'utf8' });
  const answer = resolvedTemplate(4711);
  fill(answer.bytes, 0, answer, parseIpv4('10.5.7.2'), mac);
  assert.equal(stdout, answer.bytes.toString('hex'));
});

test('the yardstick filters what it hears as the daemon does', {
  skip: compiler ? false : 'no C compiler here',
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-filter-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const { yardstick } = await compilePrograms(folder);
  const { stdout } = spawnSync(yardstick, ['--filter', '4711', '815'], { encoding: 'utf8' });
  const own = missFilter(4711, [815]);
  assert.deepEqual(
    JSON.parse(stdout),
    own.map(({ code, jumpTrue, jumpFalse, value }) => [code, jumpTrue, jumpFalse, value]),
  );
});
