import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { codeOf, errnoName, errnoNumber } from '../../src/base/errno.ts';

test('names and numbers of errors are those of Linux (include/uapi/asm-generic/errno-base.h, errno.h)', () => {
  const known = {
    EPERM: 1,
    ENOENT: 2,
    EAGAIN: 11,
    EEXIST: 17,
    ENODEV: 19,
    EINVAL: 22,
    ENOBUFS: 105,
    EOPNOTSUPP: 95,
    EHOSTUNREACH: 113,
  };
  for (const [name, number] of Object.entries(known)) {
    assert.equal(errnoName(number), name);
    assert.equal(errnoNumber(name), number);
  }
});

test('a number or name that Node does not know', () => {
  assert.equal(errnoName(4095), 'errno 4095');
  assert.equal(errnoNumber('EWHATEVER'), 0);
  assert.equal(errnoNumber('toString'), 0);
});

test('the code of what Node threw', () => {
  const thrown = (() => {
    try {
      return readFileSync('/nowhere/at/all');
    } catch (error) {
      return error;
    }
  })();
  assert.equal(codeOf(thrown), 'ENOENT');
  assert.equal(codeOf(new TypeError('x')), undefined);
  assert.equal(codeOf(Object.assign(new TypeError('x'), { code: 5 })), undefined);
  assert.equal(codeOf({ code: 'ENOENT' }), undefined);
});
