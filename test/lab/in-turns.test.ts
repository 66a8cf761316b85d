import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allOf, inTurns } from '../../src/lab/in-turns.ts';

/** Takes turns on a machine of which the hypervisor steals these shares, one after another. */
function takeTurns(order: readonly string[], spare: number, stolen: readonly number[]) {
  let taken = 0;
  return inTurns(order, { mostStolen: 0.005, spare, watch: () => () => stolen[taken - 1] ?? 0 }, (side) =>
    Promise.resolve({ side, number: ++taken }),
  );
}

test('turns that nobody disturbs count in their order', async () => {
  const { counted, setAside } = await takeTurns(['a', 'b', 'b', 'a'], 4, [0.005]);
  assert.deepEqual(
    counted.map(({ side, number }) => `${side}${number}`),
    ['a1', 'b2', 'b3', 'a4'],
  );
  assert.deepEqual(setAside, []);
});

test('those that the hypervisor disturbed are set aside and taken again behind the others', async () => {
  const turns = await takeTurns(['a', 'b', 'c'], 4, [0.02, 0, 0.3, 0.1]);
  assert.deepEqual(
    turns.counted.map(({ side, number }) => `${side}${number}`),
    ['b2', 'c5', 'a6'],
  );
  assert.deepEqual(
    turns.setAside.map(({ side, stolen }) => [side, stolen]),
    [
      ['a', 0.02],
      ['c', 0.3],
      ['a', 0.1],
    ],
  );
  assert.equal(allOf(turns).length, 6);
});

test('on a machine that is always disturbed the turns count as they come, once the spare ones are used', async () => {
  const { counted, setAside } = await takeTurns(['a', 'b'], 1, [0.1, 0.1, 0.1]);
  assert.deepEqual([counted.length, setAside.length], [2, 1]);
  assert.ok(counted.every(({ stolen }) => stolen === 0.1));
});

test('a turn that was not what it was to be is taken again, too', async () => {
  let taken = 0;
  const isVoid = ({ number }: { number: number }) => number === 1 || number >= 3;
  const turns = await inTurns(
    ['a', 'b'],
    { mostStolen: 0.005, spare: 2, isVoid, watch: () => () => 0 },
    (side) => Promise.resolve({ side, number: ++taken }),
  );
  const numbers = [turns.counted, turns.setAside].map((some) => some.map(({ number }) => number));
  assert.deepEqual(numbers, [
    [2, 4],
    [1, 3],
  ]);
});
