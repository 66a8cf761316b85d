import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatCount,
  formatDuration,
  formatMany,
  formatMicroseconds,
  formatRate,
  formatShort,
  formatTime,
} from '../../src/page/formats.ts';

test('counts have their thousands apart, and a word that fits', () => {
  assert.deepEqual([0, 999, 1000, 1_234_567].map(formatCount), ['0', '999', '1,000', '1,234,567']);
  assert.deepEqual(
    [0, 1, 2].map((count) => formatMany(count, 'miss', 'misses')),
    ['0 misses', '1 miss', '2 misses'],
  );
});

test('a small rate has a decimal, a large one none', () => {
  assert.deepEqual([0, 0.3, 9, 9.95, 12_345.6].map(formatRate), ['0', '0.3', '9', '9.9', '12,346']);
});

test('an axis is short', () => {
  assert.deepEqual([0, 0.5, 800, 1000, 12_000, 1_500_000].map(formatShort), [
    '0',
    '0.5',
    '800',
    '1k',
    '12k',
    '1.5M',
  ]);
});

test('a latency has three digits and the unit that fits', () => {
  assert.deepEqual([0.1, 12.34, 999.9, 1000, 1049, 123_456, 2_147_483.6, null].map(formatMicroseconds), [
    '0.1 µs',
    '12.3 µs',
    '1000 µs',
    '1 ms',
    '1.05 ms',
    '123 ms',
    '2.15 s',
    '–',
  ]);
});

test('a time is that of the clock on the wall', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5, 6);
  assert.equal(formatTime(at), '03:04:05');
  assert.equal(formatTime(at, { milliseconds: true }), '03:04:05.006');
});

test('a duration has its two largest units', () => {
  assert.deepEqual([-1, 0, 59.9, 61, 7200, 90_061].map(formatDuration), [
    '0 s',
    '0 s',
    '59 s',
    '1 min 1 s',
    '2 h 0 min',
    '1 d 1 h',
  ]);
});
