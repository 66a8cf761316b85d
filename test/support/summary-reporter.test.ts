import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const REPORTER = fileURLToPath(new URL('../support/summary-reporter.js', import.meta.url));

/** Runs test files with the reporter in a node of its own, as scripts/test does. */
function summaryOf(t: TestContext, ...texts: string[]): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'l3missd-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = texts.map((text, index) => {
    const file = join(folder, `${index}.test.mjs`);
    writeFileSync(file, `import { before, describe, it, test } from 'node:test';\n${text}`);
    return file;
  });
  // Without this variable a node under test would report to the runner above it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, ['--test', `--test-reporter=${REPORTER}`, ...files], {
    env,
  });
  return JSON.parse(stdout.toString().replaceAll(`${folder}/`, ''));
}

test('tests count, suites and tests with tests inside do not', (t) => {
  const text = `
    test('alone', () => {});
    describe('suite', () => { it('one', () => {}); it('two', () => {}); describe('empty', () => {}); });
    test('parent', async (t) => {
      await t.test('child', async (t) => { await t.test('grandchild', () => {}); });
      await t.test('other child', () => {});
    });
  `;
  assert.deepEqual(summaryOf(t, text, "test('in another file', () => {});"), {
    passed: 6,
    failed: 0,
    skipped: 0,
    failures: [],
    reasons: [],
  });
});

test('a failed test counts once, however deep it lies', (t) => {
  const text = `
    describe('suite', () => { it('good', () => {}); it('bad', () => { throw new Error('x'); }); });
    test('parent', async (t) => { await t.test('child', () => { throw new Error('x'); }); });
  `;
  assert.deepEqual(summaryOf(t, text), {
    passed: 1,
    failed: 2,
    skipped: 0,
    failures: ['0.test.mjs: bad', '0.test.mjs: child'],
    reasons: [],
  });
});

test('a hook that fails, a parent of its own fault and a file that breaks count as failed', (t) => {
  const parent = `
    test('parent', async (t) => { await t.test('child', () => {}); throw new Error('x'); });
  `;
  assert.deepEqual(summaryOf(t, parent), {
    passed: 1,
    failed: 1,
    skipped: 0,
    failures: ['0.test.mjs: parent'],
    reasons: [],
  });
  const hook = `describe('suite', () => { before(() => { throw new Error('x'); }); it('one', () => {}); });`;
  assert.ok(hasFailed(summaryOf(t, hook)));
  assert.ok(hasFailed(summaryOf(t, 'this is no JavaScript')));
});

test('skipped tests are counted with their reasons, those to do as well', (t) => {
  const text = `
    test('first', { skip: 'no namespaces here' }, () => {});
    test('second', { skip: true }, () => {});
    test('third', (t) => t.skip('on this kernel'));
    test('fourth', { todo: 'later' }, () => {});
    test('fifth', { skip: false }, () => {});
  `;
  assert.deepEqual(summaryOf(t, text), {
    passed: 1,
    failed: 0,
    skipped: 4,
    failures: [],
    reasons: [
      'first: no namespaces here',
      'second: no reason given',
      'third: on this kernel',
      'fourth: later',
    ],
  });
});

function hasFailed(summary: unknown): boolean {
  return typeof summary === 'object' && summary !== null && 'failed' in summary && Number(summary.failed) > 0;
}
