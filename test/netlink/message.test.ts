import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeAcknowledgement } from '../../src/netlink/acknowledgement.ts';
import { AF_INET, NLM_F_ACK_TLVS, NLM_F_MULTI, NLMSG_DONE } from '../../src/netlink/constants.ts';
import { MalformedFault } from '../../src/netlink/malformed-fault.ts';
import {
  encodeMessage,
  type Frame,
  messageMemory,
  splitDatagram,
  writeMessage,
} from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { netconfMessage } from '../../src/netlink/netconf/message.ts';

const request = neighbourMessage.request(28, 4, { family: AF_INET, ifindex: 3 }, { protocol: 113 });

test('a message has its flags joined, its length without padding and its end with it', () => {
  const bytes = encodeMessage(request, 9, 1);
  assert.equal(bytes.toString('hex', 0, 16), '24000000' + '1c00' + '0500' + '09000000' + '00000000');
  const memory = messageMemory(100);
  memory.bytes.fill(0xff);
  assert.equal(writeMessage(memory, 20, request, 9, 1), 56);
  assert.equal(memory.bytes.toString('hex', 20, 56), bytes.toString('hex'));
});

test('what pads a message to its alignment is zero', () => {
  const memory = messageMemory(24);
  memory.bytes.fill(0xff);
  const odd = { type: 1, flags: 0, size: 1, write: (to: Buffer, at: number) => to.fill(0xab, at, at + 1) };
  assert.equal(writeMessage(memory, 0, odd, 1), 20);
  assert.equal(memory.bytes.toString('hex', 16), 'ab000000ffffffff');
});

test('attributes begin at the next multiple of four behind a short header', () => {
  const bytes = encodeMessage(netconfMessage.request(82, 0, { family: AF_INET }, { ifindex: -1 }), 1);
  assert.equal(bytes.toString('hex', 16), '02000000' + '08000100ffffffff');
  assert.deepEqual(netconfMessage.decode(Buffer.from('02', 'hex')), {
    header: { family: 2 },
    attributes: {},
  });
});

test('a datagram is split at aligned lengths; the last message needs no padding', () => {
  const first = Buffer.from('12000000' + '0100000000000000' + '00000000' + 'aabb0000', 'hex');
  const last = Buffer.from('11000000' + '0200000000000000' + '00000000' + 'cc', 'hex');
  const frames = [...splitDatagram(Buffer.concat([first, last]))];
  assert.deepEqual(
    frames.map(({ type, payload }) => [type, payload.toString('hex')]),
    [
      [1, 'aabb'],
      [2, 'cc'],
    ],
  );
});

test('lengths less than a header or beyond the datagram are malformed', () => {
  for (const length of [0, 15, 17, 0x80000000, 0xffffffff]) {
    const datagram = Buffer.alloc(16);
    datagram.writeUInt32LE(length, 0);
    assert.throws(() => [...splitDatagram(datagram)], MalformedFault, String(length));
  }
  assert.throws(() => [...splitDatagram(Buffer.alloc(5))], MalformedFault);
  assert.deepEqual([...splitDatagram(Buffer.alloc(0))], []);
});

test('the end of a dump that failed has its text directly behind the number', () => {
  const words = Buffer.from('too bad\0');
  const payload = Buffer.concat([Buffer.from('eaffffff' + '0c000100', 'hex'), words]);
  const done: Frame = {
    type: NLMSG_DONE,
    flags: NLM_F_MULTI | NLM_F_ACK_TLVS,
    sequence: 1,
    portId: 0,
    payload,
  };
  assert.deepEqual(decodeAcknowledgement(done), { errno: 22, message: 'too bad' });
  assert.deepEqual(decodeAcknowledgement({ ...done, flags: NLM_F_MULTI }), { errno: 22 });
  assert.throws(() => decodeAcknowledgement({ ...done, payload: Buffer.alloc(3) }), MalformedFault);
});
