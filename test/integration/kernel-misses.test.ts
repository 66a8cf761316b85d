import assert from 'node:assert/strict';
import { readFileSync, readSync, writeSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setSocketOption } from '../../native-bindings/libc.ts';
import { codeOf } from '../../src/base/errno.ts';
import { replaceForwarding } from '../../src/kernel/forwarding.ts';
import { listNeighbours, removeNeighbour, replaceNeighbour } from '../../src/kernel/neighbours.ts';
import { pokeMessage } from '../../src/kernel/poke.ts';
import { closeSocket, openL2MissSocket, openMissSocket, openRouteSocket } from '../../src/kernel/sockets.ts';
import { absentTemplate, resolvedTemplate } from '../../src/misses/answer.ts';
import {
  ACKNOWLEDGED,
  FORWARDING_WRITTEN,
  MISS,
  MissMessage,
  NEIGHBOUR_WRITTEN,
  REFUSAL,
} from '../../src/misses/miss-message.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { macToBytes, parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import {
  AF_INET,
  NETLINK_ADD_MEMBERSHIP,
  NLM_F_REPLACE,
  NTF_EXT_LEARNED,
  NUD_INCOMPLETE,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_STALE,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
  RTNLGRP_NEIGH,
  SOL_NETLINK,
} from '../../src/netlink/constants.ts';
import { splitDatagram } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { fill } from '../../src/netlink/template.ts';
import { knock, MissDevice } from '../support/miss-device.ts';
import { enterNamespace } from '../support/netns.ts';

const skip = enterNamespace(import.meta.url);

const MAC = parseMac('02:00:00:00:00:07');
const CONTAINER = parseIpv4('10.5.7.2');
/** How long silence is waited for: what the kernel sends is there when the call that causes it returns. */
const SILENCE_MS = 200;

interface Under {
  readonly device: MissDevice;
  readonly descriptor: number;
  readonly message: MissMessage;
  /** Reads the next datagram; undefined when none comes. */
  next(): number | undefined;
}

function onMissSocket(what: string, body: (under: Under, t: TestContext) => Promise<void>): void {
  test(what, { skip }, async (t) => {
    using device = new MissDevice('l3m-miss', parsePrefix('10.5.0.0/16'), { id: 4077, port: 4077 });
    const { descriptor } = quietMissSocket(device);
    const message = new MissMessage();
    const next = () => {
      const length = readOrNothing(descriptor, message.datagram);
      return length === undefined ? undefined : message.read(length);
    };
    try {
      await body({ device, descriptor, message, next }, t);
    } finally {
      closeSocket(descriptor);
    }
  });
}

/** Tells nothing of what the device's own conversation writes. */
function quietMissSocket({ ifindex, descriptor }: MissDevice, receiveBytes = 1 << 20) {
  const ownDescriptors = [descriptor];
  return openMissSocket({ ifindex, receiveBytes, waitMilliseconds: SILENCE_MS, ownDescriptors });
}

function readOrNothing(descriptor: number, buffer: Buffer): number | undefined {
  try {
    return readSync(descriptor, buffer);
  } catch (error) {
    assert.equal(codeOf(error), 'EAGAIN');
    return undefined;
  }
}

onMissSocket(
  'what the agent itself installs and removes does not reach the miss socket',
  async ({ device, next }) => {
    const { conversation, ifindex } = device;
    const all = Array.from({ length: 50 }, (_, index) => CONTAINER + index);
    const write = all.map((address) => replaceNeighbour(ifindex, address, MAC, 113));
    const remove = all.map((address) => removeNeighbour(ifindex, address));
    assert.deepEqual(conversation.batch('write', [...write, ...remove]), []);
    assert.equal(next(), undefined);
  },
);

onMissSocket('what others write does, of this device, and forwarding entries of everybody', async (under) => {
  const { device, next } = under;
  using other = new MissDevice('l3m-other', parsePrefix('10.6.0.0/16'), { id: 4078, port: 4078 });
  const { ifindex } = device;
  other.conversation.request('elsewhere', replaceNeighbour(other.ifindex, CONTAINER, MAC, 113));
  other.conversation.request('add', replaceNeighbour(ifindex, CONTAINER, MAC, 113));
  other.conversation.request('remove', removeNeighbour(ifindex, CONTAINER));
  assert.equal(next(), NEIGHBOUR_WRITTEN);
  // Of a removal the kernel names the writer once, when the entry becomes FAILED (net/core/neighbour.c, neigh_delete).
  assert.equal(next(), NEIGHBOUR_WRITTEN);
  device.conversation.request('forward', replaceForwarding(ifindex, MAC, parseIpv4('10.99.0.7')));
  assert.equal(next(), FORWARDING_WRITTEN);
  assert.equal(next(), undefined);
});

onMissSocket('a miss reaches the miss socket once, and the answer resolves it', async (under) => {
  const { device, descriptor, message, next } = under;
  assert.equal(await knock(CONTAINER), 0);
  assert.equal(next(), MISS);
  assert.deepEqual([message.destination, message.state, message.protocol], [CONTAINER, NUD_INCOMPLETE, 0]);
  const answer = resolvedTemplate(device.ifindex);
  fill(answer.bytes, 0, answer, CONTAINER, macToBytes(MAC));
  writeSync(descriptor, answer.bytes);
  assert.equal(next(), undefined);
  assert.deepEqual(listNeighbours(device.conversation, device.ifindex), [
    { destination: CONTAINER, mac: MAC, state: NUD_PERMANENT, protocol: 113 },
  ]);
});

onMissSocket('a miss of another interface does not reach the miss socket', async ({ next }) => {
  using other = new MissDevice('l3m-other', parsePrefix('10.6.0.0/16'), { id: 4078, port: 4078 });
  await knock(parseIpv4('10.6.7.2'));
  assert.equal(listNeighbours(other.conversation, other.ifindex)[0]?.state, NUD_INCOMPLETE);
  assert.equal(next(), undefined);
});

onMissSocket('a question about an entry in use reaches the miss socket, with its mark', async (under) => {
  const { device, message, next } = under;
  const { conversation, ifindex } = device;
  conversation.request('install', replaceNeighbour(ifindex, CONTAINER, MAC, 113));
  const header = { family: AF_INET, ifindex, state: NUD_STALE, flags: NTF_EXT_LEARNED };
  const stale = neighbourMessage.request(RTM_NEWNEIGH, NLM_F_REPLACE, header, {
    destination: CONTAINER,
    linkLayerAddress: MAC,
  });
  conversation.request('let it be asked for', stale);
  assert.equal(next(), undefined);
  await knock(CONTAINER);
  assert.equal(next(), MISS);
  assert.deepEqual([message.destination, message.state, message.protocol], [CONTAINER, NUD_PROBE, 113]);
});

test('an l2miss does not reach the miss socket', { skip }, async () => {
  using device = new MissDevice('l3m-l2', parsePrefix('10.5.0.0/16'), { id: 4077, port: 4077, l2miss: 1 });
  const { conversation, ifindex } = device;
  const { descriptor } = quietMissSocket(device);
  const buffer = Buffer.alloc(4096);
  const unfiltered = openRouteSocket();
  setSocketOption(
    unfiltered,
    SOL_NETLINK,
    NETLINK_ADD_MEMBERSHIP,
    Buffer.from(Int32Array.of(RTNLGRP_NEIGH).buffer),
  );
  try {
    conversation.request('neighbour', replaceNeighbour(ifindex, CONTAINER, MAC, 113));
    await knock(CONTAINER);
    assert.equal(readOrNothing(descriptor, buffer), undefined);
    const states: number[] = [];
    while (!states.includes(NUD_STALE)) {
      const datagram = buffer.subarray(0, readSync(unfiltered, buffer));
      const questions = [...splitDatagram(datagram)].filter(({ type }) => type === RTM_GETNEIGH);
      states.push(...questions.map(({ payload }) => neighbourMessage.decode(payload).header.state));
    }
  } finally {
    closeSocket(descriptor);
    closeSocket(unfiltered);
  }
});

onMissSocket('acknowledgements and refusals reach the miss socket', async (under) => {
  const { device, descriptor, message, next } = under;
  writeSync(descriptor, pokeMessage(9));
  assert.equal(next(), ACKNOWLEDGED);
  assert.equal(message.sequence, 9);
  const absent = absentTemplate(device.ifindex);
  fill(absent.bytes, 0, absent, CONTAINER, undefined);
  writeSync(descriptor, absent.bytes);
  assert.equal(next(), REFUSAL);
  assert.equal(message.errno, 2);
});

test('the receive buffer is what was asked for, or as much as this user may have', { skip }, () => {
  const wanted = 16 * 1024 * 1024;
  const limit = 2 * Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8'));
  using device = new MissDevice('l3m-miss', parsePrefix('10.5.0.0/16'), { id: 4077, port: 4077 });
  const { descriptor, receiveBytes } = quietMissSocket(device, wanted);
  closeSocket(descriptor);
  const initial = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
  assert.equal(receiveBytes, initial ? wanted : Math.min(wanted, limit));
});

test('closing what is no socket is a fault that names the errno', { skip }, () => {
  assert.throws(() => closeSocket(987_654), { name: 'KernelFault', code: 'EBADF' });
});

test('an l2miss reaches the socket for it, and a miss does not', { skip }, async () => {
  using device = new MissDevice('l3m-l2', parsePrefix('10.5.0.0/16'), { id: 4077, port: 4077, l2miss: 1 });
  const descriptor = openL2MissSocket(device.ifindex, SILENCE_MS);
  const buffer = Buffer.alloc(4096);
  try {
    await knock(CONTAINER + 1);
    device.conversation.request('neighbour', replaceNeighbour(device.ifindex, CONTAINER, MAC, 113));
    await knock(CONTAINER);
    const length = readOrNothing(descriptor, buffer) ?? 0;
    const [message, ...others] = splitDatagram(buffer.subarray(0, length));
    assert.equal(neighbourMessage.decode(message?.payload ?? buffer).attributes.linkLayerAddress, MAC);
    assert.deepEqual([message?.type, others], [RTM_GETNEIGH, []]);
    assert.equal(readOrNothing(descriptor, buffer), undefined);
  } finally {
    closeSocket(descriptor);
  }
});
