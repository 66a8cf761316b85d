import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf } from '../../../src/compare/report/facts.ts';
import { sampleResults } from '../../support/comparison-sample.ts';

const disturbed = (change: Parameters<typeof sampleResults>[0]) =>
  factsOf(sampleResults(change)).find(([name]) => name === 'disturbed')?.[1];

test('what the hypervisor took is told, and how many turns that cost', () => {
  const words = "of the processors' time to other machines";
  assert.equal(disturbed({ stolen: 0.12 }), `the hypervisor gave 12 % ${words}`);
  const setAside = [[], []];
  assert.equal(
    disturbed({ stolen: 0.015, setAside }),
    `the hypervisor gave 1.5 % ${words}; 2 rounds taken again`,
  );
});

test('nothing is said where it was nothing, or where nobody knows', () => {
  assert.equal(disturbed({ stolen: 0 }), undefined);
  assert.equal(disturbed({}), undefined);
});
