import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinBurst, readPairs } from '../../scripts/bench/samples.ts';

function words(...values: readonly number[]): Buffer {
  return Buffer.from(BigUint64Array.from(values, BigInt).buffer);
}

test('the cost is the first round trip less the second, where both came', () => {
  const pairs = readPairs(words(60_000, 15_000, 0, 14_000, 20_000, 25_000, 30_000, 0));
  assert.deepEqual(pairs, { costs: [45, -5], firsts: [60, 20], seconds: [15, 25], unanswered: 2 });
});

test('a burst counts what was accepted, refused and answered apart', () => {
  const ENOBUFS = 105;
  const sent = words(1_000_000, 0, 1_010_000, ENOBUFS, 1_020_000, 0, 1_030_000, 0);
  const burst = joinBurst({ sent, arrived: words(1_500_000, 0, 0, 3_000_000) });
  assert.equal(burst.accepted, 3);
  assert.deepEqual(burst.refused, { ENOBUFS: 1 });
  assert.equal(burst.answered, 2);
  assert.equal(burst.seconds, 0.002);
  assert.equal(burst.sendingSeconds, 0.00003);
  assert.equal(burst.perSecond, 1000);
  assert.deepEqual(burst.waits, { count: 2, p50: 500, p90: 1970, p99: 1970, max: 1970 });
});

test('a datagram that was refused and yet came does not count as answered', () => {
  assert.equal(joinBurst({ sent: words(1000, 11), arrived: words(2000) }).answered, 0);
});

test('times after months of uptime keep their microseconds', () => {
  const start = 30 * 86_400 * 1e9;
  assert.equal(joinBurst({ sent: words(start, 0), arrived: words(start + 12_000) }).waits.max, 12);
});

test('files that do not belong together, or end within a record, are refused', () => {
  assert.throws(() => joinBurst({ sent: words(1, 0, 2, 0), arrived: words(1) }), /2 sent and 1 awaited/);
  assert.throws(() => readPairs(Buffer.alloc(24)), /24 bytes; allowed: a multiple of 16/);
  assert.throws(() => readPairs(Buffer.alloc(0)), /0 bytes/);
});
