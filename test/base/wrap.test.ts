import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrap } from '../../src/base/wrap.ts';

test('lines are as full as they can be', () => {
  assert.deepEqual(wrap('one two three four', 9), ['one two', 'three', 'four']);
  assert.deepEqual(wrap('one two three four', 9, '- ', '  '), ['- one two', '  three', '  four']);
  assert.deepEqual(wrap('exactly it', 10), ['exactly it']);
});

test('a word that is too long is cut', () => {
  assert.deepEqual(wrap('ab 0123456789 cd', 6, '  '), ['  ab', '  0123', '  4567', '  89', '  cd']);
});

test('a per cent sign stays with its number', () => {
  assert.deepEqual(wrap('above 20 % only', 8), ['above', '20 %', 'only']);
});

test('nothing is one line', () => assert.deepEqual(wrap('', 10, '- '), ['- ']));
