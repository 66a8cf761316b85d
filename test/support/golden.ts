import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Holds a text against a file of test/golden; with UPDATE_GOLDEN=1 in the environment it writes the file. */
export function assertGolden(name: string, text: string): void {
  const file = join(process.cwd(), 'test/golden', name);
  if (Object.hasOwn(process.env, 'UPDATE_GOLDEN')) {
    writeFileSync(file, text);
  }
  assert.equal(text, readFileSync(file, 'utf8'));
}

/** No line is longer than that. */
export function assertWidth(text: string, width: number): void {
  assert.deepEqual(
    text.split('\n').filter((line) => line.length > width),
    [],
  );
}
