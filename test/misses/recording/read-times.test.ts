import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadTimes } from '../../../src/misses/recording/read-times.ts';

/** Times of reads that come evenly, one each millisecond, and how often the clock was looked at. */
function timesOf(reads: number): { times: number[]; looks: number } {
  let now = 0;
  let looks = 0;
  const readTimes = new ReadTimes(() => {
    looks += 1;
    return now;
  });
  for (let read = 0; read < reads; read++) {
    readTimes.note();
    now += 1;
  }
  readTimes.end();
  const into = Float64Array.of(0);
  const times = Array.from({ length: reads }, (_, read) => {
    readTimes.put(read, into);
    return into[0] ?? 0;
  });
  return { times, looks };
}

test('a read alone has its own time', () => {
  assert.deepEqual(timesOf(1), { times: [0], looks: 1 });
});

for (const reads of [2, 16, 17, 100, 320]) {
  test(`${reads} even reads have their times although few of them looked at the clock`, () => {
    const { times, looks } = timesOf(reads);
    for (const [read, time] of times.entries()) {
      assert.ok(Math.abs(time - read) < 1e-9, `read ${read} at ${time}`);
    }
    assert.ok(looks <= Math.ceil(reads / 16) + 1, `${looks} looks`);
  });
}

test('more reads than there is room for lie evenly between the last look and the write', () => {
  const { times } = timesOf(2000);
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
