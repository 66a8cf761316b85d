import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AddressFault } from '../../src/net/address-fault.ts';
import { isUnicastMac, macFromBytes, macToBytes, parseMac, randomMac } from '../../src/net/mac.ts';
import { mac } from './arbitraries.ts';

test('a MAC is written in lower case', () => {
  assert.equal(parseMac('76:24:AD:F5:81:0A'), '76:24:ad:f5:81:0a');
});

test('what is not six pairs with colons is refused', () => {
  const pairs = '76:24:ad:f5:81:0a';
  for (const text of ['', '76:24:ad:f5:81', `${pairs}:00`, '7:24:ad:f5:81:0a', pairs.replaceAll(':', '-')]) {
    assert.throws(() => parseMac(text), AddressFault, text);
  }
  for (const text of ['76:24:ad:f5:81:0g', ` ${pairs}`, `${pairs}\n`, '7624.adf5.810a']) {
    assert.throws(() => parseMac(text), AddressFault, JSON.stringify(text));
  }
  for (const length of [0, 5, 7, 20]) {
    assert.throws(() => macFromBytes(new Uint8Array(length)), AddressFault);
  }
});

test('text and bytes are the same MAC (property)', () => {
  fc.assert(
    fc.property(mac, (one) => {
      assert.equal(macFromBytes(macToBytes(one)), one);
      assert.equal(parseMac(one.toUpperCase()), one);
      assert.equal(macToBytes(one).buffer.byteLength, 6, 'nothing else is copied along');
      assert.deepEqual([...macToBytes(one)], [...Buffer.from(one.replaceAll(':', ''), 'hex')]);
    }),
  );
});

test('a device can carry neither the zero MAC nor a group', () => {
  for (const text of ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '33:33:00:00:00:01']) {
    assert.equal(isUnicastMac(parseMac(text)), false, text);
  }
  for (const text of ['00:00:00:00:00:01', '02:00:00:00:00:00', 'fe:ff:ff:ff:ff:ff']) {
    assert.equal(isUnicastMac(parseMac(text)), true, text);
  }
});

test('a random MAC is unicast, local and different each time', () => {
  const made = Array.from({ length: 200 }, () => randomMac());
  assert.equal(new Set(made).size, made.length);
  for (const one of made) {
    assert.ok(isUnicastMac(one), one);
    assert.equal((macToBytes(one)[0] ?? 0) & 0x03, 0x02, one);
  }
});
