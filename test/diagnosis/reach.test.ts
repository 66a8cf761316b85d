import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { checksum, echoRequest, readEchoReply } from '../../src/diagnosis/echo-request.ts';
import { peersOf, reachPeers } from '../../src/diagnosis/reach.ts';
import { removeForwarding, replaceForwarding } from '../../src/kernel/forwarding.ts';
import { findNeighbour } from '../../src/kernel/neighbours.ts';
import type { Lease } from '../../src/leases/lease.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { LEASE, OWN_MAC } from '../support/standing.ts';
import { fakeGround } from './fixture.ts';

/** A wire on which hosts answer pings up to a size; the first `deaf` packets are lost. */
class FakeWire {
  readonly sent: Buffer[] = [];
  closed = false;
  readonly #replies: Buffer[] = [];
  readonly #carries: number;
  #deaf: number;

  constructor(carries: number, deaf = 0) {
    this.#carries = carries;
    this.#deaf = deaf;
  }

  send(frame: Uint8Array): boolean {
    this.sent.push(Buffer.from(frame));
    this.#deaf -= 1;
    const reply = Buffer.from(frame);
    reply.set(frame.subarray(30, 34), 26);
    // One to somebody else's ping comes as well.
    const foreign = Buffer.from(reply);
    foreign.writeUInt16BE(reply.readUInt16BE(38) ^ 1, 38);
    const isAnswered = this.#deaf < 0 && frame.length - 14 <= this.#carries;
    this.#replies.push(foreign, ...(isAnswered ? [reply] : []));
    return true;
  }

  poll(buffer: Uint8Array): number {
    const reply = this.#replies.shift();
    if (reply === undefined) {
      return 0;
    }
    buffer.set(reply);
    return reply.length;
  }

  close(): void {
    this.closed = true;
  }
}

const here: Lease = { ...LEASE, publicIp: parseIpv4('127.0.0.1') };

function scene(wire: FakeWire, leases: readonly Lease[] = [here]) {
  const made = fakeGround({ clock: systemClock, openEcho: () => wire });
  const { tunnel } = made.ground.standing;
  assert.ok(tunnel !== undefined);
  const standing = {
    ...made.ground.standing,
    leases,
    // Where nobody listens.
    tunnel: { ...tunnel, plan: { ...tunnel.plan, port: 1 } },
  };
  made.ground.kernel.request('forward', replaceForwarding(made.device.ifindex, LEASE.mac, LEASE.publicIp));
  return { ...made, standing };
}

test('full packets that are echoed end the trial at once', async () => {
  const wire = new FakeWire(1500);
  const { ground, standing } = scene(wire);
  const begin = performance.now();
  const [reach] = await reachPeers(ground, standing);
  assert.deepEqual([reach?.largest, reach?.lease, wire.closed], [1450, here, true]);
  assert.ok(performance.now() - begin < 600, 'it did not wait for more');
  assert.equal(reach?.refusal, 'ECONNREFUSED', 'nobody listens on UDP port 1 of this machine');
});

test('the largest size that comes back is what the way carries', async () => {
  const [reach] = await reachPeers(...argumentsOf(scene(new FakeWire(1400))));
  assert.equal(reach?.largest, 1400);
});

test('a ping that is lost is repeated, and one that nobody answers is not waited for longer than a second', async () => {
  const [late] = await reachPeers(...argumentsOf(scene(new FakeWire(1500, 10))));
  assert.equal(late?.largest, 1450);
  const begin = performance.now();
  const [mute] = await reachPeers(...argumentsOf(scene(new FakeWire(0))));
  assert.equal(mute?.largest, 0);
  assert.ok(performance.now() - begin < 2000);
});

test('a host whose forwarding entry is missing is asked for', async () => {
  const made = scene(new FakeWire(1500));
  const { ifindex } = made.device;
  await reachPeers(...argumentsOf(made));
  assert.equal(findNeighbour(made.ground.kernel, ifindex, LEASE.subnet.address), undefined);
  made.ground.kernel.request('remove', removeForwarding(ifindex, LEASE.mac));
  await reachPeers(...argumentsOf(made));
  assert.notEqual(findNeighbour(made.ground.kernel, ifindex, LEASE.subnet.address), undefined);
});

test('of many hosts eight are tried, evenly, without those that need no tunnel', () => {
  const leases = Array.from({ length: 100 }, (_, n) => ({ ...LEASE, publicIp: LEASE.publicIp + n }));
  const tried = peersOf({ leases, isDirect: () => false }).map(({ publicIp }) => publicIp - LEASE.publicIp);
  assert.equal(tried.length, 8);
  assert.ok(
    tried.every((n, index) => n >= index * 12 && n <= (index + 1) * 13),
    tried.join(' '),
  );
  assert.equal(peersOf({ leases: leases.slice(0, 9), isDirect: () => false }).length, 8);
  assert.equal(peersOf({ leases: leases.slice(0, 3), isDirect: () => false }).length, 3);
  const direct = peersOf({ leases: leases.slice(0, 3), isDirect: (one) => one === LEASE.publicIp });
  assert.equal(direct.length, 2);
});

test('an echo request is what RFC 791 and RFC 792 say', () => {
  const frame = echoRequest({
    source: parseIpv4('10.5.1.0'),
    sourceMac: OWN_MAC,
    destination: parseIpv4('10.5.7.0'),
    destinationMac: LEASE.mac,
    identifier: 0x1234,
    sequence: 5,
    bytes: 29,
  });
  assert.equal(
    frame.toString('hex'),
    [
      '020000000007',
      '020000000001',
      '0800',
      '4500001d0000400040011ed70a0501000a050700',
      '0800e5c61234000500',
    ].join(''),
  );
  assert.equal(checksum(frame.subarray(14, 34)), 0, 'with its checksum in place');
  assert.equal(checksum(frame.subarray(34)), 0);
  assert.equal(readEchoReply(frame.subarray(0, 41)), undefined);
  assert.equal(readEchoReply(frame)?.sequence, 5);
});

function argumentsOf({ ground, standing }: ReturnType<typeof scene>): Parameters<typeof reachPeers> {
  return [ground, standing];
}
