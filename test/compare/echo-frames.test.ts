import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EchoFrames, FOREIGN } from '../../src/compare/traffic/echo-frames.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';

const route = {
  source: parseIpv4('10.192.0.2'),
  sourceMac: parseMac('02:00:00:00:00:01'),
  gatewayMac: parseMac('02:00:00:00:00:02'),
};

/** The sum of all 16-bit words with the carries added, which is 0xffff where a checksum among them is right (RFC 1071). */
function folded(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) {
    sum = (sum >>> 16) + (sum & 0xffff);
  }
  return sum;
}

const uint32 = fc.integer({ min: 0, max: 0xffffffff });

describe('echo requests', () => {
  it('are whole frames with right checksums, whatever the destination and the number', () => {
    fc.assert(
      fc.property(uint32, uint32, fc.nat(70_000), (destination, number, runs) => {
        const frames = new EchoFrames(route);
        for (let run = 0; run <= runs % 5; run++) {
          frames.nextRun();
        }
        const frame = frames.request(destination, number);
        assert.equal(folded(frame.subarray(14, 34)), 0xffff, 'IPv4');
        assert.equal(folded(frame.subarray(34)), 0xffff, 'ICMP');
        const view = new DataView(frame.buffer);
        assert.equal(view.getUint32(30), destination);
        assert.equal(view.getUint16(16), frame.length - 14);
        assert.deepEqual([frame[14], frame[23], frame[34]], [0x45, 1, 8]);
        assert.equal(Buffer.from(frame.subarray(0, 14)).toString('hex'), '0200000000020200000000010800');
        assert.equal(frames.numberOf(view, frame.length), number);
      }),
    );
  });

  it('are foreign in the next run, and when they are cut short', () => {
    const frames = new EchoFrames(route);
    frames.nextRun();
    const frame = Uint8Array.from(frames.request(parseIpv4('10.128.1.2'), 7));
    const view = new DataView(frame.buffer);
    assert.equal(frames.numberOf(view, frame.length), 7);
    assert.equal(frames.numberOf(view, frame.length - 1), FOREIGN);
    frames.nextRun();
    assert.equal(frames.numberOf(view, frame.length), FOREIGN);
  });
});
