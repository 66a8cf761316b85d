import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { builtProgram } from '../../src/lab/daemon.ts';

test('a lab starts the program with this Node and the options of its own first line', () => {
  const [node, ...words] = builtProgram();
  const options = ['--single-threaded-gc', '--max-semi-space-size=4'];
  assert.deepEqual([node, words.map((word) => basename(word))], [process.execPath, [...options, 'main.js']]);
});
