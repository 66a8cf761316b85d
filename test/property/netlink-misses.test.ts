import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readForwardingNotice } from '../../src/kernel/forwarding.ts';
import { pokeMessage } from '../../src/kernel/poke.ts';
import { absentTemplate, resolvedTemplate } from '../../src/misses/answer.ts';
import {
  ACKNOWLEDGED,
  FORWARDING_WRITTEN,
  MALFORMED,
  MISS,
  MissMessage,
  REFUSAL,
} from '../../src/misses/miss-message.ts';
import { macToBytes } from '../../src/net/mac.ts';
import {
  AF_BRIDGE,
  AF_INET,
  NLM_F_ACK,
  NLM_F_REPLACE,
  NLM_F_REQUEST,
  NLMSG_NOOP,
  NUD_PERMANENT,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
  RTN_UNICAST,
} from '../../src/netlink/constants.ts';
import { encodeMessage, splitDatagram } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { fill } from '../../src/netlink/template.ts';
import { OWN_PROTOCOL } from '../../src/overlay/ownership.ts';
import { bytesOf } from '../golden/netlink-samples.ts';
import { ipv4, mac } from '../net/arbitraries.ts';
import { i32, u8, u16, u32 } from './netlink-arbitraries.ts';

const ifindex = fc.integer({ min: 1, max: 0x7fffffff });

/** What comes into memory that an earlier datagram filled. */
function readInto(message: MissMessage, bytes: Buffer): number {
  message.datagram.fill(0xff);
  message.datagram.set(bytes);
  return message.read(bytes.length);
}

test('MissMessage reads of every miss what the codec reads (property)', () => {
  const message = new MissMessage();
  const attributes = fc.record(
    {
      unknown: fc.array(fc.record({ type: fc.integer({ min: 200, max: 300 }), value: fc.uint8Array() })),
      linkLayerAddress: mac,
      probes: u32,
      protocol: u8,
      cacheInfo: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  const shuffled = fc
    .record({ destination: ipv4, attributes, turn: fc.boolean() })
    .map(({ destination, attributes: rest, turn }) =>
      turn ? { ...rest, destination } : { destination, ...rest },
    );
  const header = fc.record({ family: fc.constant(AF_INET), ifindex, state: u16, flags: u8, type: u8 });
  fc.assert(
    fc.property(header, shuffled, u32, (head, values, sequence) => {
      const bytes = encodeMessage(neighbourMessage.request(RTM_GETNEIGH, 0, head, values), sequence);
      assert.equal(readInto(message, bytes), MISS);
      const [frame] = splitDatagram(bytes);
      const decoded = neighbourMessage.decode(frame?.payload ?? Buffer.alloc(0));
      assert.equal(message.destination >>> 0, decoded.attributes.destination);
      assert.equal(message.state, decoded.header.state);
      assert.equal(message.protocol, decoded.attributes.protocol ?? 0);
    }),
    { numRuns: 500 },
  );
});

test('MissMessage reads of every forwarding entry what the codec reads (property)', () => {
  const message = new MissMessage();
  const attributes = fc.record(
    {
      unknown: fc.array(fc.record({ type: fc.integer({ min: 200, max: 300 }), value: fc.uint8Array() })),
      linkLayerAddress: fc.oneof(mac, fc.uint8Array({ maxLength: 8 })),
      destination: fc.oneof(ipv4, fc.uint8Array({ minLength: 16, maxLength: 16 })),
      cacheInfo: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  const header = fc.record({ family: fc.constant(AF_BRIDGE), ifindex, state: u16, flags: u8, type: u8 });
  const kind = fc.constantFrom(RTM_NEWNEIGH, RTM_DELNEIGH);
  fc.assert(
    fc.property(header, attributes, kind, (head, values, type) => {
      const bytes = encodeMessage(neighbourMessage.request(type, 0, head, values), 1);
      assert.equal(readInto(message, bytes), FORWARDING_WRITTEN);
      assert.deepEqual(message.notice, readForwardingNotice(type, bytes.subarray(16)));
      assert.equal(message.read(27), MALFORMED);
    }),
    { numRuns: 500 },
  );
});

test('MissMessage reads the messages that the kernel sent', () => {
  const message = new MissMessage();
  const read = (name: string) => readInto(message, bytesOf(name));
  assert.equal(read('question'), MISS);
  assert.deepEqual([message.destination, message.state, message.protocol], [0x0a050702, 16, OWN_PROTOCOL]);
  assert.equal(read('miss'), MISS);
  assert.deepEqual([message.destination, message.state, message.protocol], [0x0a050703, 1, 0]);
  assert.equal(read('acknowledgement'), ACKNOWLEDGED);
  assert.equal(message.sequence, 7);
  assert.equal(read('refusal-with-text'), REFUSAL);
  assert.deepEqual([message.errno, message.sequence], [101, 7]);
});

test('MissMessage reads any errno (property)', () => {
  const message = new MissMessage();
  fc.assert(
    fc.property(i32, u32, (number, sequence) => {
      const bytes = Buffer.from(bytesOf('acknowledgement'));
      bytes.writeInt32LE(number, 16);
      bytes.writeUInt32LE(sequence, 8);
      assert.equal(readInto(message, bytes), number === 0 ? ACKNOWLEDGED : REFUSAL);
      assert.equal(message.errno === -number, true);
      assert.equal(message.sequence, sequence);
    }),
  );
});

test('a filled template is what the codec encodes (property)', () => {
  fc.assert(
    fc.property(ifindex, fc.array(fc.tuple(ipv4, mac), { minLength: 1, maxLength: 4 }), (device, answers) => {
      const resolved = resolvedTemplate(device);
      const absent = absentTemplate(device);
      for (const [destination, linkLayerAddress] of answers) {
        fill(resolved.bytes, 0, resolved, destination, macToBytes(linkLayerAddress));
        fill(absent.bytes, 0, absent, destination, undefined);
        const header = { family: AF_INET, ifindex: device };
        const wanted = neighbourMessage.request(
          RTM_NEWNEIGH,
          NLM_F_REPLACE,
          { ...header, state: NUD_PERMANENT, type: RTN_UNICAST },
          { destination, linkLayerAddress, protocol: OWN_PROTOCOL },
        );
        const gone = neighbourMessage.request(RTM_DELNEIGH, 0, header, { destination });
        assert.equal(resolved.bytes.toString('hex'), encodeMessage(wanted, 0, NLM_F_REQUEST).toString('hex'));
        assert.equal(absent.bytes.toString('hex'), encodeMessage(gone, 0, NLM_F_REQUEST).toString('hex'));
      }
    }),
  );
});

test('a template finds its places for every interface number', () => {
  // Numbers whose bytes are those of the placeholders.
  for (const device of [0x01234567, 0x67452301, 0x7fffffff, 1]) {
    const { addressAt, macAt, bytes } = resolvedTemplate(device);
    assert.equal(bytes.readUInt16LE(addressAt - 2), 1);
    assert.equal(bytes.readUInt16LE(macAt - 2), 2);
    assert.equal(absentTemplate(device).addressAt, addressAt);
  }
});

test('a poke asks for an acknowledgement and nothing else', () => {
  const [frame, ...more] = splitDatagram(pokeMessage(9));
  assert.equal(more.length, 0);
  assert.equal(frame?.type, NLMSG_NOOP);
  assert.equal(frame?.flags, NLM_F_REQUEST | NLM_F_ACK);
  assert.equal(frame?.sequence, 9);
  assert.equal(frame?.payload.length, 0);
});
