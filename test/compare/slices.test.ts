import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inSlices, type Slices } from '../../src/compare/slices.ts';

async function* slices(name: string, count: number, done: string[]): Slices {
  for (let slice = 1; slice <= count; slice++) {
    await Promise.resolve();
    done.push(`${name}${slice}`);
    yield;
  }
}

test('each has a slice in turn, forwards and backwards, and who has more goes on', async () => {
  const done: string[] = [];
  await inSlices([slices('a', 2, done), slices('b', 4, done), slices('c', 2, done)]);
  assert.deepEqual(done, ['a1', 'b1', 'c1', 'c2', 'b2', 'a2', 'b3', 'b4']);
});

test('what fails in a slice ends it all', async () => {
  const done: string[] = [];
  async function* failing(): Slices {
    yield;
    throw new RangeError('broken');
  }
  await assert.rejects(inSlices([failing(), slices('a', 3, done)]), RangeError);
  assert.deepEqual(done, ['a1', 'a2']);
});
