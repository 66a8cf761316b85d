import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReadTimes } from '../../../src/misses/recording/read-times.ts';

/** The times that reads are given which came at these moments, and when the clock was looked at. The last moment is that of the write. */
function timesOf(moments: readonly number[]): { times: number[]; looks: number[] } {
  let now = 0;
  const looks: number[] = [];
  const readTimes = new ReadTimes(() => {
    looks.push(now);
    return now;
  });
  for (const moment of moments.slice(0, -1)) {
    now = moment;
    readTimes.note();
  }
  now = moments.at(-1) ?? 0;
  readTimes.end();
  const into = Float64Array.of(0);
  const times = moments.slice(0, -1).map((_, read) => {
    readTimes.put(read, into);
    return into[0] ?? 0;
  });
  return { times, looks };
}

/** Reads that come evenly, one each millisecond, and a write. */
function evenly(reads: number): number[] {
  return Array.from({ length: reads + 1 }, (_, read) => read);
}

test('a read alone has its own time', () => {
  assert.deepEqual(timesOf(evenly(1)), { times: [0], looks: [0] });
});

for (const reads of [2, 16, 17, 100, 320]) {
  test(`${reads} even reads have their times although few of them looked at the clock`, () => {
    const { times, looks } = timesOf(evenly(reads));
    for (const [read, time] of times.entries()) {
      assert.ok(Math.abs(time - read) < 1e-9, `read ${read} at ${time}`);
    }
    assert.ok(looks.length <= Math.ceil(reads / 16) + 1, `${looks.length} looks`);
  });
}

test('an uneven read is off by less than the time between the looks around it, 16 reads apart at most', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 320 });
  fc.assert(
    fc.property(gaps, (between) => {
      let now = 0;
      const moments = [0, ...between].map((gap) => {
        now += gap;
        return now;
      });
      for (const [read, time] of timesOf(moments).times.entries()) {
        const first = read - (read % 16);
        const [from = 0, moment = 0] = [moments[first], moments[read]];
        const to = moments[Math.min(first + 16, moments.length - 1)] ?? 0;
        assert.ok(Math.abs(time - moment) < to - from, `read ${read} at ${time} instead of ${moment}`);
      }
    }),
  );
});

test('a pause just behind a look puts the reads behind it too early, by nearly all of the pause', () => {
  const moments = Array.from({ length: 33 }, (_, read) => (read === 0 ? 0 : 10_000 + read));
  const { times } = timesOf(moments);
  assert.deepEqual(
    [0, 1, 15, 16].map((read) => times[read]),
    [0, 626, 9390, 10_016],
  );
});

test('more reads than there is room for lie evenly between the last look and the write', () => {
  const { times } = timesOf(evenly(2000));
  assert.ok(Math.abs((times.at(-1) ?? 0) - 1999) < 1e-9);
});

test('a read that brought nothing is as if it had not been', () => {
  let now = 5;
  const readTimes = new ReadTimes(() => now);
  readTimes.note();
  readTimes.undo();
  now = 60_000;
  readTimes.note();
  readTimes.end();
  const into = Float64Array.of(0);
  readTimes.put(0, into);
  assert.equal(into[0], 60_000);
});

test('after a write it begins anew', () => {
  let now = 5;
  const readTimes = new ReadTimes(() => now);
  readTimes.note();
  readTimes.end();
  readTimes.clear();
  now = 9;
  readTimes.note();
  readTimes.end();
  const into = Float64Array.of(0);
  readTimes.put(0, into);
  assert.equal(into[0], 9);
});
