import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attribute, attributes, nested } from '../../src/netlink/attributes.ts';
import { MalformedFault } from '../../src/netlink/malformed-fault.ts';
import { text, u8, u16be } from '../../src/netlink/values.ts';

const table = attributes('sample', {
  small: attribute(1, u8),
  port: attribute(2, u16be),
  inner: nested(3, attributes('inner', { name: attribute(1, text) })),
});

type Values = Parameters<typeof table.write>[2];

function hexOf(values: Values): string {
  const buffer = Buffer.alloc(table.size(values), 0xff);
  table.write(buffer, 0, values);
  return buffer.toString('hex');
}

function read(hex: string): Values {
  const buffer = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  return table.read(buffer, 0, buffer.length);
}

test('attributes are length, type, value and padding', () => {
  assert.equal(hexOf({ small: 5, port: 8472 }), '0500010005000000' + '0600020021180000');
  assert.equal(hexOf({ inner: { name: 'lo' } }), '0c000380' + '070001006c6f0000');
  assert.equal(hexOf({}), '');
});

test('what the table does not know is kept with its flag bits and written behind', () => {
  const values = read('0600 e983 abcd 0000 0500 0100 05 000000');
  assert.deepEqual(values, { small: 5, unknown: [{ type: 0x83e9, value: Uint8Array.of(0xab, 0xcd) }] });
  assert.equal(hexOf(values), '0500010005000000' + '0600e983abcd0000');
});

test('flag bits do not hide a known attribute', () => {
  assert.deepEqual(read('0500 0180 05 000000 0600 0240 2118'), { small: 5, port: 8472 });
});

test('of a repeated attribute the last counts', () => {
  assert.deepEqual(read('0500 0100 01 000000 0500 0100 02 000000'), { small: 2 });
});

test('the padding behind the last attribute may be missing, and less than a header is ignored', () => {
  assert.deepEqual(read('0500 0100 01'), { small: 1 });
  assert.deepEqual(read('0500 0100 01 000000 0500 01'), { small: 1 });
});

test('lengths that cannot be are malformed, and said so with the table', () => {
  for (const hex of [
    '0000 0100',
    '0000 e903',
    '0300 e903',
    '0300 0100',
    '0900 0100 01 000000',
    'ffff 0100 01 000000',
  ]) {
    assert.throws(() => read(hex), MalformedFault, hex);
  }
  assert.throws(() => read('0400 0100'), { name: 'MalformedFault', thing: 'sample.small' });
  assert.throws(() => read('0c00 0300 0700 0200 6c6f 0000 0900 0300'), MalformedFault);
});
