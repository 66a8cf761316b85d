import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownAddresses } from '../../src/misses/unknown-addresses.ts';
import { at } from './fixture.ts';

function clocked() {
  let now = 5000;
  const unknown = new UnknownAddresses(() => now);
  const after = (milliseconds: number, text: string) => {
    now += milliseconds;
    return unknown.shouldTell(at(text));
  };
  return after;
}

test('an address is told once a minute', () => {
  const after = clocked();
  assert.equal(after(0, '10.5.9.9'), true);
  assert.equal(after(2000, '10.5.9.9'), false);
  assert.equal(after(57_000, '10.5.9.9'), false);
  assert.equal(after(1500, '10.5.9.9'), true);
});

test('addresses are told a second apart, one that was not told being still new', () => {
  const after = clocked();
  assert.equal(after(0, '10.5.9.1'), true);
  assert.equal(after(999, '10.5.9.2'), false);
  assert.equal(after(1, '10.5.9.2'), true);
});

test('a scan is told a line a second, and remembers no more than a thousand', () => {
  const after = clocked();
  let told = 0;
  for (let n = 0; n < 100_000; n++) {
    told += after(0.05, `10.${n >>> 16}.${(n >>> 8) & 255}.${n & 255}`) ? 1 : 0;
  }
  assert.equal(told, 5);
});
