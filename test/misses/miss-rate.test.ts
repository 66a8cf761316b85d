import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MissRate } from '../../src/misses/miss-rate.ts';

/** The rate after `misses`, each so many milliseconds after the one before, and then a pause. */
function isFlood(misses: number, apart: number, pause = 0): boolean {
  let time = 1e6;
  const rate = new MissRate(() => time);
  for (let n = 0; n < misses; n++) {
    time += apart;
    rate.note();
  }
  time += pause;
  return rate.isFlood;
}

const FLOODS = [
  { misses: 0, apart: 0, pause: 0, flood: false },
  { misses: 31, apart: 0.01, pause: 0, flood: false },
  { misses: 32, apart: 0.01, pause: 0, flood: true },
  { misses: 10_007, apart: 0.01, pause: 0, flood: true },
  { misses: 10_007, apart: 0.01, pause: 999, flood: true },
  { misses: 10_007, apart: 0.01, pause: 1000, flood: false },
  { misses: 1000, apart: 0.6, pause: 0, flood: true },
  { misses: 1000, apart: 2, pause: 0, flood: false },
  { misses: 16, apart: 0.01, pause: 0, flood: false },
];

for (const { misses, apart, pause, flood } of FLOODS) {
  test(`${misses} misses ${apart} ms apart are ${flood ? '' : 'no '}flood ${pause} ms later`, () => {
    assert.equal(isFlood(misses, apart, pause), flood);
  });
}
