import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeMachine, placement } from '../../src/lab/machine.ts';
import { processorSeconds, residentMiB } from '../../src/lab/process-usage.ts';

const allowed = (list: string) => placement(`Cpus_allowed:\tff\nCpus_allowed_list:\t${list}\n`);

test('traffic and agent get the first two processors that are allowed', () => {
  assert.deepEqual(allowed('0-1'), { traffic: 0, agent: 1 });
  assert.deepEqual(allowed('4-63'), { traffic: 4, agent: 5 });
  assert.deepEqual(allowed('2,7,9-11'), { traffic: 2, agent: 7 });
  assert.deepEqual(allowed('3,8-9'), { traffic: 3, agent: 8 });
});

test('one processor serves both', () => assert.deepEqual(allowed('5'), { traffic: 5, agent: 5 }));

test('a status without the list is refused', () => {
  assert.throws(() => placement('Name: node\n'), /Cpus_allowed_list/);
});

test('this machine has a processor, a kernel and a neighbour table or none in reach', () => {
  const machine = describeMachine();
  assert.ok(machine.processors >= 1 && machine.memoryMiB > 0);
  assert.match(machine.kernel, /^\d+\.\d+/);
  assert.ok(Object.values(machine.limits).every((value) => Number.isInteger(value)));
});

test('processor time is user and system time, whatever the program is called', () => {
  const stat = '123 (a b) c) S 1 123 123 0 -1 4194304 500 0 0 0 250 50 0 0 20 0 11 0 1000 0 0';
  assert.equal(processorSeconds(stat), 3);
  assert.throws(() => processorSeconds('nonsense'), /fields as in proc/);
});

test('resident memory is VmRSS', () => {
  assert.equal(residentMiB('VmHWM:\t  90112 kB\nVmRSS:\t   51200 kB\nThreads:\t11\n'), 50);
  assert.throws(() => residentMiB('Name:\tx\n'), /VmRSS/);
});
