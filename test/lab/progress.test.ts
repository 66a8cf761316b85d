import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../src/base/clock.ts';
import { Progress } from '../../src/lab/progress.ts';

test('the time left is the plan, stretched by how slow the steps before were', () => {
  let time = 1000;
  const clock: Clock = { wall: () => 0, monotonic: () => time, sleep: () => Promise.resolve() };
  const lines: string[] = [];
  const steps = [
    { title: 'one', seconds: 10 },
    { title: 'two', seconds: 20 },
    { title: 'three', seconds: 200 },
  ] as const;
  const progress = new Progress(steps, clock, (line) => lines.push(line));
  progress.begin(steps[0]);
  time += 20_000;
  progress.begin(steps[1]);
  time += 10_000;
  progress.begin(steps[2]);
  assert.deepEqual(lines, [
    '[   0 s, about 4 min left] one',
    '[  20 s, about 7 min left] two',
    '[  30 s, about 3 min left] three',
  ]);
});
