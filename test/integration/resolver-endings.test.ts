import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { labSkipReason } from '../support/lab-fixture.ts';

/** How the process is to end, with the exit code or signal that it must have. */
const WAYS: [string, number | null, NodeJS.Signals | null][] = [
  ['exit', 3, null],
  ['throw', 1, null],
  ['reject', 1, null],
  ['stop', 0, null],
  ['stop, then exit with the number of threads left over', 0, null],
  ['signal', null, 'SIGTERM'],
];

describe('a process whose resolver thread blocks in its read', { skip: labSkipReason() }, () => {
  for (const [way, code, signal] of WAYS) {
    it(`ends promptly, with the right code, by: ${way}`, async () => {
      const program = fileURLToPath(new URL('../support/resolver-child.js', import.meta.url));
      const child = spawn('unshare', ['--net', process.execPath, program, way], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      // A process that hangs is what this test is about: it is killed, and the code is then wrong.
      const hung = setTimeout(() => child.kill('SIGKILL'), 15_000);
      const [chunk] = await once(child.stdout, 'data');
      assert.equal(String(chunk), 'blocked\n');
      const begin = performance.now();
      const ending = await once(child, 'exit');
      clearTimeout(hung);
      assert.deepEqual(ending, [code, signal]);
      // 0.1 s is usual; a read that is not poked would last for a minute.
      assert.ok(performance.now() - begin < 1000, `${Math.round(performance.now() - begin)} ms`);
    });
  }
});
