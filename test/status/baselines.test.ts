import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Baselines } from '../../src/status/baselines.ts';

/** Counts one a second, and notes it, from one moment to another. */
function count(baselines: Baselines<number>, from: number, to: number): void {
  for (let second = from; second <= to; second++) {
    baselines.note(second * 1000, second);
  }
}

test('before anything is noted, the start is what had been counted', () => {
  assert.equal(new Baselines(5000, 60_000, 7).before(1_000_000), 7);
});

test('what had been counted a minute ago is told to five seconds, never too late', () => {
  const baselines = new Baselines(5000, 60_000, 0);
  count(baselines, 1, 200);
  for (const now of [200_000, 201_000, 204_900]) {
    const ago = now / 1000 - baselines.before(now);
    assert.ok(ago >= 60 && ago <= 66, `${ago} s`);
  }
});

test('the first seconds have the start behind them', () => {
  const baselines = new Baselines(5000, 60_000, 0);
  count(baselines, 1, 30);
  assert.equal(baselines.before(30_000), 0);
});

test('what came after a long silence is told, although nothing was noted at its begin', () => {
  const baselines = new Baselines(5000, 60_000, 0);
  count(baselines, 1, 10);
  assert.equal(baselines.before(500_000), 10, 'nothing within the minute');
  baselines.note(503_000, 11);
  assert.equal(baselines.before(503_500), 10, 'one within the minute');
  assert.equal(baselines.before(580_000), 11, 'and more than a minute ago');
});
