import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { slabKiB } from '../../src/compare/measure/kernel-memory.ts';

const tail = ': tunables    0    0    0 : slabdata      1      1      0';
const text = (...lines: string[]) =>
  ['slabinfo - version: 2.1', '# name            <active_objs> <num_objs> <objsize> ...', ...lines, ''].join(
    '\n',
  );

describe('kernel memory', () => {
  it('is that of the caches in which entries lie', () => {
    const caches = text(
      `kmalloc-512          100    160    512   16    2 ${tail}`,
      `ip_fib_alias          64     73     56   73    1 ${tail}`,
      `dentry             90000  90000    192   21    1 ${tail}`,
    );
    assert.equal(slabKiB(caches), (100 * 512 + 64 * 56) / 1024);
  });

  it('is refused when the text is something else', () => {
    assert.throws(() => slabKiB(''), /slabinfo/);
    assert.throws(() => slabKiB(text()), /slabinfo/);
    assert.throws(() => slabKiB(text('kmalloc-512 x 160 512').replace('2.1', '1.0')), /slabinfo/);
  });
});
