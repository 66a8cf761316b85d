import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabFault } from '../../src/lab/lab-fault.ts';
import { stolenSeconds, watchStolen } from '../../src/lab/stolen.ts';

test('the eighth number of all processors is what was stolen', () => {
  const stat =
    'cpu  48180 0 31431 225153 1387 0 2872 27519 0 0\ncpu0 23621 0 11215 114326 961 0 310 14213 0 0\n';
  assert.equal(stolenSeconds(stat), 275.19);
});

test('a text without it is refused', () => {
  assert.throws(() => stolenSeconds('cpu 1 2 3\n'), LabFault);
});

test('of what this machine has a share is told', async () => {
  const stolenSince = watchStolen();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const share = stolenSince();
  assert.ok(share >= 0 && share <= 1, String(share));
});
