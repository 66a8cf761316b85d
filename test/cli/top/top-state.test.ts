import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeKeys } from '../../../src/cli/show/keys.ts';
import { rank } from '../../../src/cli/top/ranking.ts';
import { firstState, press, seen, type TopState } from '../../../src/cli/top/top-state.ts';
import { lookAfter, sampleState } from './top-samples.ts';

/** The state after these bytes of a terminal. */
const typed = (text: string, state = sampleState()): TopState => decodeKeys(text).reduce(press, state);

describe('keys', () => {
  it('are read one by one from whatever comes together', () => {
    const names = decodeKeys('p\x1b[A\x1bOB\x1b[Z\t\r\x7f\x1b[5~\x1b[6~\x1b\x03/').map((key) =>
      key.name === 'text' ? key.text : key.name,
    );
    assert.deepEqual(names, [
      ...['p', 'up', 'down', 'tab', 'tab', 'enter', 'backspace', 'page-up', 'page-down', 'escape'],
      ...['interrupt', '/'],
    ]);
  });

  it('that mean nothing are left out: function keys, the mouse, a pasted control character', () => {
    assert.deepEqual(decodeKeys('\x1b[15~\x1bOP\x1b[<0;3;4M\x1b[1;5C\x01'), []);
  });

  it('pause, sort, help, and change the table', () => {
    assert.deepEqual([typed('p').isPaused, typed('pp').isPaused], [true, false]);
    assert.deepEqual([typed('s').sortBy, typed('ss').sortBy], ['rate', 'misses']);
    assert.deepEqual(
      [typed('h').isHelping, typed('?').isHelping, typed('hh').isHelping],
      [true, true, false],
    );
    assert.deepEqual(
      [typed('\t').table, typed('\x1b[C').table, typed('\t\t').table],
      ['destinations', 'destinations', 'subnets'],
    );
    assert.deepEqual(typed('xyz\x01'), sampleState());
  });

  it('write a filter, in which the letters of commands are letters', () => {
    assert.deepEqual(typed('/10.5ps'), { ...sampleState(), filter: '10.5ps', isWriting: true });
    assert.deepEqual(typed('/10.5ps\x7f\x7f\r'), { ...sampleState(), filter: '10.5' });
    assert.deepEqual(typed('/10\r\x1b'), sampleState());
    assert.deepEqual(typed('/10\x1b'), sampleState());
    assert.equal(typed(`/${'x'.repeat(100)}`).filter.length, 40);
  });

  it('move within the table, not beyond its ends', () => {
    assert.equal(typed('\x1b[A').scroll, 0);
    assert.equal(typed('\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B').scroll, 2, 'three subnets');
    assert.equal(typed('\t\x1b[6~\x1b[6~\x1b[5~').scroll, 10);
    assert.equal(typed('\t\x1b[6~\x1b[H').scroll, 0);
    assert.equal(typed('\t\x1b[6~\t').scroll, 0);
  });
});

describe('the ranking', () => {
  const names = (state: TopState, table: 'subnets' | 'destinations') =>
    rank(state, table).map(({ name }) => name);

  it('is by misses, or by their rate between the looks', () => {
    assert.deepEqual(names(sampleState(), 'subnets'), ['10.5.8.0/24', '10.5.9.0/24', '10.5.10.0/24']);
    assert.deepEqual(names(sampleState({ sortBy: 'rate' }), 'subnets'), [
      '10.5.9.0/24',
      '10.5.8.0/24',
      '10.5.10.0/24',
    ]);
    assert.deepEqual(rank(sampleState(), 'subnets')[1], { name: '10.5.9.0/24', misses: 4816, rate: 101 });
  });

  it('has no rate after a single look, and counts from 0 what a whole list did not have', () => {
    assert.equal(rank(firstState(lookAfter(0)), 'subnets')[0]?.rate, undefined);
    const look = lookAfter(2);
    const subnets = [...look.top.subnets, { subnet: '10.5.77.0/24', misses: 10 }];
    const state = seen(firstState(lookAfter(0)), { ...look, top: { ...look.top, subnets } });
    assert.equal(rank(state, 'subnets').at(-1)?.rate, 5);
  });

  it('has no rate for what a list of a thousand did not have', () => {
    const look = (at: number, from: number) => ({
      ...lookAfter(at),
      top: {
        ...lookAfter(at).top,
        destinations: Array.from({ length: 1000 }, (_, n) => ({ destination: `d${from + n}`, misses: 5 })),
      },
    });
    const ranked = rank(seen(firstState(look(0, 0)), look(1, 1)), 'destinations');
    assert.deepEqual([ranked.find(({ name }) => name === 'd1000')?.rate, ranked[0]?.rate], [undefined, 0]);
  });

  it('has no rate below 0 when a count was cut back', () => {
    const state = seen(firstState(lookAfter(0, 505)), lookAfter(1, 0));
    assert.ok(rank(state, 'destinations').every(({ rate }) => rate === 0));
  });

  it('leaves out what the filter does not let pass', () => {
    assert.deepEqual(names(sampleState({ filter: '.10.' }), 'subnets'), ['10.5.10.0/24']);
    assert.deepEqual(names(sampleState({ filter: 'nothing' }), 'destinations'), []);
  });
});

describe('looks', () => {
  it('are six at most, and begin anew with another daemon', () => {
    let state = firstState(lookAfter(0));
    for (let second = 1; second < 20; second++) {
      state = seen({ ...state, away: 'gone' }, lookAfter(second));
    }
    assert.deepEqual(
      [state.looks.map(({ at }) => at / 1000), state.away],
      [[14, 15, 16, 17, 18, 19], undefined],
    );
    const look = lookAfter(20);
    const other = seen(state, { ...look, stats: { ...look.stats, startedAt: '2026-05-05T00:00:00.000Z' } });
    assert.equal(other.looks.length, 1);
  });
});
