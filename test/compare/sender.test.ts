import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EchoFrames } from '../../src/compare/traffic/echo-frames.ts';
import { Sender, type Wire } from '../../src/compare/traffic/sender.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';

/** Answers what it is sent, but for some destinations, at once or with the second read only; and it may answer twice. */
class FakeWire implements Wire {
  readonly silent = new Set<number>();
  readonly refused = new Set<number>();
  sent: number[] = [];
  copies = 1;
  readonly #waiting: Uint8Array[] = [];

  send(frame: Uint8Array): boolean {
    const destination = new DataView(frame.buffer).getUint32(30);
    if (this.refused.has(destination)) {
      return false;
    }
    this.sent.push(destination);
    for (let copy = 0; copy < this.copies && !this.silent.has(destination); copy++) {
      this.#waiting.push(Uint8Array.from(frame));
    }
    return true;
  }

  receive(buffer: Uint8Array): number {
    return this.poll(buffer);
  }

  poll(buffer: Uint8Array): number {
    const frame = this.#waiting.shift();
    buffer.set(frame ?? []);
    return frame?.length ?? 0;
  }
}

const route = {
  source: parseIpv4('10.192.0.2'),
  sourceMac: parseMac('02:00:00:00:00:01'),
  gatewayMac: parseMac('02:00:00:00:00:02'),
};

function sender() {
  const wire = new FakeWire();
  return { wire, sender: new Sender(wire, new EchoFrames(route)) };
}

const all = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a sender', () => {
  it('scans each destination twice and has null for what is lost', () => {
    const { wire, sender: it } = sender();
    wire.silent.add(2);
    const { first, second } = it.scan([1, 2, 3], 5);
    assert.deepEqual(wire.sent, [1, 1, 2, 2, 3, 3]);
    assert.deepEqual(
      [first, second].map((trips) => trips.map((trip) => trip !== null)),
      [
        [true, false, true],
        [true, false, true],
      ],
    );
  });

  it('counts a reply once, and none of an earlier run', () => {
    const { wire, sender: it } = sender();
    wire.copies = 2;
    assert.equal(it.scan([1, 2], 5).first.length, 2);
    wire.copies = 1;
    wire.silent.add(1);
    assert.equal(it.touch([1], 4, 5).answered, 0, 'the second copy of the run before');
    wire.silent.clear();
    wire.copies = 2;
    assert.equal(it.burst(all(100), 5).answered, 100);
  });

  it('sends a burst whole, and says how much of it was taken', () => {
    const { wire, sender: it } = sender();
    wire.refused.add(3);
    wire.silent.add(4);
    const { sent, answered, last } = it.burst(all(50), 5);
    assert.deepEqual([sent, answered], [49, 48]);
    assert.ok(last !== null && last >= 0);
    assert.equal(it.burst([4], 5).last, null);
  });

  it('goes on when a whole window does not answer', () => {
    const { wire, sender: it } = sender();
    for (const destination of all(300)) {
      wire.silent.add(destination);
    }
    assert.deepEqual(it.touch(all(320), 64, 30), { sent: 320, answered: 20 });
    assert.equal(wire.sent.length, 320);
  });

  it('floods round and round and tells what is lost', () => {
    const { wire, sender: it } = sender();
    const flood = it.flood([1, 2, 3], 8, 30);
    assert.ok(flood.answered > 30 && flood.lost === 0 && flood.rate > 1000, JSON.stringify(flood));
    assert.deepEqual(wire.sent.slice(0, 6), [1, 2, 3, 1, 2, 3]);
    wire.silent.add(2);
    const lossy = it.flood([1, 2, 3], 8, 30);
    assert.ok(lossy.lost > 3 && lossy.answered > 3, JSON.stringify(lossy));
  });

  it('waits until all have answered, or gives up', () => {
    const { wire, sender: it } = sender();
    wire.silent.add(2);
    const { moments } = it.until([1, 2], 'answers', 50);
    assert.deepEqual(
      moments.map((moment) => moment !== null),
      [true, false],
    );
    assert.ok(wire.sent.filter((destination) => destination === 2).length > 10);
    assert.equal(wire.sent.filter((destination) => destination === 1).length, 1);
  });

  it('waits until all are silent, or gives up', () => {
    const { wire, sender: it } = sender();
    wire.silent.add(2);
    const { moments } = it.until([1, 2], 'silence', 150);
    assert.deepEqual(
      moments.map((moment) => moment !== null),
      [false, true],
    );
  });
});
