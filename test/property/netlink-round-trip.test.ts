import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AfSpecRequest, decodeAfSpec, encodeAfSpec } from '../../src/netlink/link/af-spec.ts';
import {
  align,
  encodeMessage,
  messageMemory,
  splitDatagram,
  writeMessage,
} from '../../src/netlink/message.ts';
import { FAMILIES, u16, u32, vxlan, vxlanTable } from './netlink-arbitraries.ts';

for (const { name, values, decode } of FAMILIES) {
  test(`${name}: what was encoded is decoded, whatever stood in the buffer before (property)`, () => {
    fc.assert(
      fc.property(values, u32, u16, ({ request, expected }, sequence, flags) => {
        const message = encodeMessage(request, sequence, flags);
        const memory = messageMemory(message.length + 8);
        const dirty = memory.bytes.fill(0xff);
        assert.equal(writeMessage(memory, 4, request, sequence, flags), 4 + message.length);
        assert.equal(dirty.toString('hex', 4, 4 + message.length), message.toString('hex'));
        assert.equal(dirty.toString('hex', 0, 4), 'ffffffff');
        assert.equal(dirty.toString('hex', 4 + message.length), 'ffffffff');
        assert.equal(message.length, align(16 + request.size));
        const [frame, ...more] = splitDatagram(message);
        assert.equal(more.length, 0);
        assert.equal(frame?.type, request.type);
        assert.equal(frame?.flags, request.flags | flags);
        assert.equal(frame?.sequence, sequence);
        assert.equal(frame?.payload.length, request.size);
        assert.deepEqual(decode(frame?.payload ?? Buffer.alloc(0)), expected);
      }),
      { numRuns: 300 },
    );
  });
}

test('any number of messages in one datagram come out as they went in (property)', () => {
  const values = fc.array(fc.oneof(...FAMILIES.map((family) => family.values)), { maxLength: 6 });
  fc.assert(
    fc.property(values, (messages) => {
      const datagram = Buffer.concat(messages.map(({ request }, index) => encodeMessage(request, index)));
      const frames = [...splitDatagram(datagram)];
      assert.deepEqual(
        frames.map(({ type, sequence, payload }) => ({ type, sequence, size: payload.length })),
        messages.map(({ request: { type, size } }, sequence) => ({ type, sequence, size })),
      );
    }),
  );
});

test('vxlan: what was encoded is decoded (property)', () => {
  fc.assert(
    fc.property(vxlan, (values) => {
      const clean = Buffer.alloc(vxlanTable.size(values));
      const dirty = Buffer.alloc(vxlanTable.size(values), 0xff);
      vxlanTable.write(clean, 0, values);
      vxlanTable.write(dirty, 0, values);
      assert.equal(dirty.toString('hex'), clean.toString('hex'));
      assert.deepEqual(vxlanTable.read(clean, 0, clean.length), values);
    }),
  );
});

test('IFLA_AF_SPEC: a request of ours has the nests that the kernel wants (property)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), u32, (addressGeneration, forwarding) => {
      const request: AfSpecRequest = {
        inet: { configuration: { forwarding } },
        inet6: { addressGeneration },
      };
      const bytes = Buffer.from(encodeAfSpec(request));
      assert.equal(decodeAfSpec(bytes)?.inet6?.addressGeneration, addressGeneration);
      // AF_INET (2) nested, in it IFLA_INET_CONF (1) nested, in it IPV4_DEVCONF_FORWARDING (1).
      const number = Buffer.alloc(4);
      number.writeUInt32LE(forwarding);
      assert.equal(bytes.toString('hex', 0, 16), `100002800c00018008000100${number.toString('hex')}`);
    }),
  );
});
