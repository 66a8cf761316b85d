import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeError, Fault } from '../../src/base/fault.ts';

class SampleFault extends Fault {}

test('a fault is one line of thing, found and allowed, and carries its own name and its cause', () => {
  const cause = new TypeError('below');
  const fault = new SampleFault('--iface', 'eth9', 'one of lo, eth0', cause);
  assert.equal(fault.message, '--iface: eth9; allowed: one of lo, eth0');
  assert.deepEqual([fault.thing, fault.found, fault.allowed], ['--iface', 'eth9', 'one of lo, eth0']);
  assert.equal(fault.name, 'SampleFault');
  assert.equal(fault.cause, cause);
  assert.equal('cause' in new SampleFault('a', 'b', 'c'), false);
});

test('line breaks of foreign text do not reach the message', () => {
  assert.equal(new SampleFault('key', 'a\r\n  b\nc', 'd').message, 'key: a b c; allowed: d');
  assert.equal(describeError(new TypeError('a\nb')), 'a b');
});

test('causes stand behind the message, unless it says them already', () => {
  const inner = new TypeError('inner', { cause: new RangeError('root') });
  assert.equal(describeError(new SampleFault('x', 'y', 'z', inner)), 'x: y; allowed: z (inner (root))');
  assert.equal(
    describeError(new TypeError('it is inner: said', { cause: 'inner: said' })),
    'it is inner: said',
  );
  assert.equal(describeError(new TypeError('')), 'TypeError');
  assert.equal(describeError('just\ntext'), 'just text');
  assert.equal(describeError(undefined), 'undefined');
});
