import assert from 'node:assert/strict';
import { test } from 'node:test';
import { L2Reader } from '../../src/misses/l2-reader.ts';
import type { Mac } from '../../src/net/mac.ts';
import { AF_INET, NLM_F_REQUEST, NUD_STALE, RTM_GETNEIGH } from '../../src/netlink/constants.ts';
import { encodeMessage } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { FakeSocket } from '../support/fake-socket.ts';
import { macOf } from './fixture.ts';

function readerOnFake() {
  const socket = new FakeSocket(() => undefined);
  const told: Mac[] = [];
  let overruns = 0;
  let time = 0;
  const reader = new L2Reader({
    socket,
    onMiss: (mac) => told.push(mac),
    onOverrun: () => {
      overruns += 1;
    },
    now: () => time,
    pause: (milliseconds) => {
      time += milliseconds;
    },
  });
  /** A frame to that MAC, as drivers/net/vxlan/vxlan_core.c tells of it (vxlan_fdb_miss). */
  const frame = (mac: Mac) => {
    const header = { family: AF_INET, ifindex: 7, state: NUD_STALE };
    const notice = neighbourMessage.request(RTM_GETNEIGH, 0, header, { linkLayerAddress: mac });
    socket.push(encodeMessage(notice, 0, NLM_F_REQUEST));
  };
  const read = () => {
    while (socket.waiting > 0) {
      reader.step();
    }
    reader.step();
  };
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  return { socket, frame, read, pass, told, overruns: () => overruns, time: () => time };
}

test('a MAC is told once, and again when frames to it still miss after a while', () => {
  const { frame, read, pass, told } = readerOnFake();
  for (let n = 0; n < 10; n++) {
    frame(macOf(1));
    frame(macOf(2));
  }
  read();
  assert.deepEqual(told, [macOf(1), macOf(2)]);
  pass(49);
  frame(macOf(1));
  read();
  assert.equal(told.length, 2);
  pass(1);
  frame(macOf(1));
  read();
  assert.deepEqual(told.slice(2), [macOf(1)]);
});

test('a flood is read at a bounded rate', () => {
  const { frame, read, time } = readerOnFake();
  for (let n = 0; n < 6400; n++) {
    frame(macOf(n % 200));
  }
  read();
  // 64 in 20 ms.
  assert.ok(time() >= 1960 && time() <= 2020, `${time()} ms`);
});

test('single frames are not held up', () => {
  const { frame, read, pass, time, told } = readerOnFake();
  for (let n = 1; n <= 20; n++) {
    pass(1);
    frame(macOf(n));
    read();
  }
  assert.equal(told.length, 20);
  assert.ok(time() <= 20 + 20, `${time()} ms`);
});

test('an overrun is counted, and reading goes on', () => {
  const { socket, frame, read, told, overruns } = readerOnFake();
  socket.failReceive('ENOBUFS');
  frame(macOf(3));
  read();
  assert.deepEqual([overruns(), told], [1, [macOf(3)]]);
});

test('a socket beyond use ends the reader', () => {
  const { socket, read } = readerOnFake();
  socket.failReceive('EBADF');
  assert.throws(read, { name: 'KernelFault', code: 'EBADF' });
});
