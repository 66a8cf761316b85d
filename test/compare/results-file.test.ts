import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ResultsFileFault, readResults, writeReport, writeResults } from '../../src/compare/results-file.ts';
import { sampleResults } from '../support/comparison-sample.ts';

describe('the file of results', () => {
  let folder = '';
  let path = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'l3missd-results-'));
    path = join(folder, 'results.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads what was written, in a folder that is made', async () => {
    const deep = join(folder, 'runs/today.json');
    await writeResults(deep, sampleResults());
    assert.deepEqual(await readResults(deep), sampleResults());
  });

  it('is for everybody to read, and has nothing beside it', async () => {
    await writeResults(path, sampleResults());
    assert.equal(statSync(path).mode & 0o777, 0o644);
    assert.deepEqual(readdirSync(folder), ['results.json']);
  });

  it('stays as it was when writing fails at the last step', async () => {
    await writeReport(path, 'before');
    const failing = () => Promise.reject(Object.assign(new Error('disk full'), { code: 'ENOSPC' }));
    await assert.rejects(
      writeReport(path, 'after', { open, rm, rename: failing }),
      (error) =>
        error instanceof ResultsFileFault && error.message.includes(`${path}: cannot be written (disk full)`),
    );
    await assert.rejects(
      writeResults(path, sampleResults(), { open, rm, rename: failing }),
      ResultsFileFault,
    );
    assert.equal(readFileSync(path, 'utf8'), 'before');
    assert.deepEqual(readdirSync(folder), ['results.json']);
  });

  it('does not replace a folder', async () => {
    mkdirSync(path);
    await assert.rejects(
      writeResults(path, sampleResults()),
      /results.json: exists and is not a regular file/,
    );
  });

  const sample = sampleResults();
  const [first, ...others] = sample.samples;
  for (const [what, text, expected] of [
    ['no JSON', '{"format":1', /results.json: is not JSON \(.+\); allowed: a file that --json wrote$/],
    [
      'something else',
      '[]',
      /results.json: Invalid input: expected object, received array; allowed: results in format 2/,
    ],
    [
      'another format',
      JSON.stringify({ ...sample, format: 1 }),
      /results.json: format: Invalid input: expected 2/,
    ],
    ['what this version does not know', JSON.stringify({ ...sample, more: 1 }), /Unrecognized key: "more"/],
    [
      'a broken sample',
      JSON.stringify({ ...sample, samples: [first, { ...others[0], values: [1, 'x'] }] }),
      /results.json: samples\[1\]\.values\[1\]: Invalid input: expected number, received string/,
    ],
  ] as const) {
    it(`refuses ${what} in one line`, async () => {
      writeFileSync(path, text);
      await assert.rejects(readResults(path), (error) => {
        assert.ok(error instanceof ResultsFileFault);
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }

  it('says so where there is none, and where it cannot be read', async () => {
    await assert.rejects(readResults(path), /results.json: no such file; allowed: a file that --json wrote/);
    await assert.rejects(readResults(folder), /cannot be read \(EISDIR/);
  });
});
