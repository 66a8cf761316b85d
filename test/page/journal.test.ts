import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Journal } from '../../src/page/journal.ts';
import { rowOf } from '../../src/page/miss-row.ts';
import { missOf, rowsOf } from './sample-misses.ts';

function numbers(journal: Journal): number[] {
  return journal.shown.map(({ miss }) => miss.number);
}

test('the list and the live events overlap without a row twice', () => {
  const journal = new Journal(100);
  journal.replace(rowsOf(0, 5));
  assert.equal(journal.add(rowsOf(3, 7)), 2);
  assert.deepEqual(numbers(journal), [0, 1, 2, 3, 4, 5, 6]);
});

test("the daemon's numbers may wrap", () => {
  const journal = new Journal(100);
  journal.replace([rowOf(missOf(2 ** 32 - 1))]);
  assert.equal(journal.add([rowOf(missOf(2 ** 32 - 1)), rowOf(missOf(0))]), 1);
  assert.deepEqual(numbers(journal), [2 ** 32 - 1, 0]);
});

test('the oldest go when there are too many, from what is shown too', () => {
  const journal = new Journal(4);
  journal.filterBy({ outcome: 'no-lease' });
  journal.replace([...rowsOf(0, 2, { outcome: 'no-lease' }), ...rowsOf(2, 4)]);
  assert.deepEqual(numbers(journal), [0, 1]);
  journal.add(rowsOf(4, 5));
  assert.deepEqual([journal.size, ...numbers(journal)], [4, 1]);
  journal.add(rowsOf(5, 20));
  assert.deepEqual([journal.size, ...numbers(journal)], [4]);
  journal.add(rowsOf(20, 40, { outcome: 'no-lease' }));
  assert.deepEqual(numbers(journal), [36, 37, 38, 39]);
});

test('each part of the filter narrows, and the rest of them too', () => {
  const journal = new Journal(100);
  journal.replace([
    rowOf(missOf(1)),
    rowOf(missOf(2, { outcome: 'refused', errno: 'ENOBUFS' })),
    rowOf(missOf(3, { destination: '10.5.3.1', subnet: null, vtep: null, outcome: 'no-lease' })),
    rowOf(missOf(4, { kind: 'L2', destination: null, vtep: { address: null, mac: '02:00:00:00:00:AB' } })),
  ]);
  journal.filterBy({ outcome: 'no-lease' });
  assert.deepEqual(numbers(journal), [3]);
  journal.filterBy({ subnet: { address: 0x0a050200, mask: 0xffffff00 } });
  assert.deepEqual(numbers(journal), [1, 2]);
  journal.filterBy({ subnet: { address: 0x0a050200, mask: 0xffffff00 }, text: 'enobufs' });
  assert.deepEqual(numbers(journal), [2]);
  journal.filterBy({ text: ':ab' });
  assert.deepEqual(numbers(journal), [4]);
  journal.filterBy({});
  assert.deepEqual(numbers(journal), [1, 2, 3, 4]);
});

test('a pause holds what is shown, counts what comes, and can be filtered; going on shows all', () => {
  const journal = new Journal(4);
  journal.replace(rowsOf(0, 4));
  journal.pause();
  assert.equal(journal.add(rowsOf(4, 7)), 0);
  assert.deepEqual([journal.waiting, journal.isPaused, ...numbers(journal)], [3, true, 0, 1, 2, 3]);
  journal.filterBy({ text: '10.5.2.1' });
  assert.deepEqual(numbers(journal), [1]);
  journal.replace(rowsOf(0, 7));
  assert.deepEqual(numbers(journal), [1]);
  journal.filterBy({});
  journal.resume();
  assert.deepEqual([journal.waiting, journal.isPaused, ...numbers(journal)], [0, false, 3, 4, 5, 6]);
});
