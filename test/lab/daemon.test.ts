import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { builtProgram } from '../../src/lab/daemon.ts';

test('a lab starts the program with this Node and the options of its own first line', () => {
  const [node, option, main = ''] = builtProgram();
  assert.deepEqual([node, option, basename(main)], [process.execPath, '--single-threaded-gc', 'main.js']);
});
