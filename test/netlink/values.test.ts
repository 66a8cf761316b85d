import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedFault } from '../../src/netlink/malformed-fault.ts';
import { padding, struct } from '../../src/netlink/struct.ts';
import {
  bytes,
  i32,
  i32be,
  ipAddress,
  macAddress,
  text,
  u8,
  u16,
  u16be,
  u32,
  u32be,
  u64,
  type ValueCodec,
} from '../../src/netlink/values.ts';

function hexOf<T>(codec: ValueCodec<T>, value: T): string {
  const buffer = Buffer.alloc(codec.size(value), 0xff);
  codec.write(buffer, 0, value);
  return buffer.toString('hex');
}

test('numbers stand in the order of the machine, or of the network where they are declared so', () => {
  const machine = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big';
  assert.equal(hexOf(u16, 0x1234), machine === 'little' ? '3412' : '1234');
  assert.equal(hexOf(u32, 0x12345678), machine === 'little' ? '78563412' : '12345678');
  assert.equal(hexOf(u64, 0x12n), machine === 'little' ? '1200000000000000' : '0000000000000012');
  assert.equal(hexOf(u16be, 8472), '2118');
  assert.equal(hexOf(u32be, 0x12345678), '12345678');
  assert.equal(hexOf(i32be, -5), 'fffffffb');
  assert.equal(hexOf(i32, -1), 'ffffffff');
});

test('a fixed value of another length is malformed', () => {
  const buffer = Buffer.alloc(16);
  for (const codec of [u8, u16, u32, u16be, u32be, i32, i32be]) {
    assert.throws(() => codec.read(buffer, 0, codec.bytes + 1), MalformedFault);
    assert.throws(() => codec.read(buffer, 0, 0), MalformedFault);
    assert.throws(() => codec.read(buffer, 16, codec.bytes), MalformedFault);
  }
});

test('a text ends with a NUL, and is read with or without', () => {
  assert.equal(hexOf(text, 'lo'), '6c6f00');
  assert.equal(text.read(Buffer.from('lo'), 0, 2), 'lo');
  assert.equal(text.read(Buffer.from('lo\0\0x'), 0, 5), 'lo');
  assert.equal(text.read(Buffer.from('xlo'), 1, 1), 'l');
});

test('addresses of other lengths stay bytes', () => {
  const ipv6 = Uint8Array.from({ length: 16 }, (_, index) => index);
  assert.equal(hexOf(ipAddress, 0x0a050701), '0a050701');
  assert.deepEqual(ipAddress.read(Buffer.from(ipv6), 0, 16), ipv6);
  assert.deepEqual(ipAddress.read(Buffer.from(ipv6), 0, 4), 0x00010203);
  assert.deepEqual(macAddress.read(Buffer.from(ipv6), 0, 4), ipv6.slice(0, 4));
  assert.deepEqual(macAddress.read(Buffer.from(ipv6), 1, 6), '01:02:03:04:05:06');
});

test('bytes that were read do not change with the buffer', () => {
  const buffer = Buffer.from('abc');
  const read = bytes.read(buffer, 0, 3);
  buffer.fill(0);
  assert.deepEqual(read, Uint8Array.from([97, 98, 99]));
});

test('a struct has its fields at their places, its padding zero, missing fields zero', () => {
  const codec = struct('sample', { first: u8, pad: padding(3), second: u32be });
  const buffer = Buffer.alloc(10, 0xff);
  codec.write(buffer, 1, { second: 0x01020304 });
  assert.equal(buffer.toString('hex'), 'ff0000000001020304ff');
  assert.equal(codec.bytes, 8);
  assert.deepEqual(codec.read(buffer, 1, 9), { first: 0, second: 0x01020304 });
  assert.throws(() => codec.read(buffer, 1, 7), MalformedFault);
  assert.throws(() => codec.read(buffer, 3, 8), MalformedFault);
});
