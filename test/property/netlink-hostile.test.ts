import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FORWARDING_WRITTEN, MALFORMED, MISS, MissMessage, OTHER } from '../../src/misses/miss-message.ts';
import { decodeAcknowledgement, isAcknowledgement } from '../../src/netlink/acknowledgement.ts';
import { decodeAfSpec } from '../../src/netlink/link/af-spec.ts';
import { MalformedFault } from '../../src/netlink/malformed-fault.ts';
import { encodeMessage, type Frame, splitDatagram } from '../../src/netlink/message.ts';
import { bytesOf, sampleNames } from '../golden/netlink-samples.ts';
import { FAMILIES, u16, u32, vxlanTable } from './netlink-arbitraries.ts';

/** Ten thousand times what one look at such bytes takes; a loop would never come back at all. */
const LONGEST_MS = 1000;

const SAMPLES = sampleNames().map(bytesOf);

/** The bytes of a real message with a few of them changed, cut off or added. */
const mutated: fc.Arbitrary<Buffer> = fc
  .record({
    sample: fc.constantFrom(...SAMPLES),
    changes: fc.array(
      fc.record({
        at: fc.nat(),
        value: fc.oneof(fc.constantFrom(0, 1, 3, 4, 5, 0x7f, 0x80, 0xff), fc.nat(255)),
      }),
      { maxLength: 6 },
    ),
    cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(40) }),
    more: fc.uint8Array({ maxLength: 9 }),
  })
  .map(({ sample, changes, cut, more }) => {
    const bytes = Buffer.concat([sample.subarray(0, Math.max(0, sample.length - cut)), more]);
    for (const { at, value } of changes.filter(() => bytes.length > 0)) {
      bytes[at % bytes.length] = value;
    }
    return bytes;
  });

const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const hostile = fc.oneof(mutated, noise);

/** Runs the decoder; the one thing that it may throw is a MalformedFault, and it must come back soon. */
function survives(decode: () => unknown): void {
  const begin = performance.now();
  try {
    decode();
  } catch (error) {
    assert.ok(error instanceof MalformedFault, `not a MalformedFault: ${String(error)}`);
  }
  assert.ok(performance.now() - begin < LONGEST_MS, 'took too long');
}

const DECODERS: readonly { readonly name: string; decode(payload: Buffer): unknown }[] = [
  ...FAMILIES,
  { name: 'vxlan', decode: (payload) => vxlanTable.read(payload, 0, payload.length) },
  { name: 'IFLA_AF_SPEC', decode: decodeAfSpec },
];

test('a datagram of anything is split or refused (property)', () => {
  fc.assert(
    fc.property(hostile, (datagram) => survives(() => [...splitDatagram(datagram)])),
    { numRuns: 2000 },
  );
});

for (const { name, decode } of DECODERS) {
  test(`${name}: anything is decoded or refused (property)`, () => {
    const payload = fc.oneof(
      mutated.map((bytes) => bytes.subarray(16)),
      noise,
    );
    fc.assert(
      fc.property(payload, (bytes) => survives(() => decode(bytes))),
      { numRuns: 2000 },
    );
  });
}

test('acknowledgement: anything is decoded or refused (property)', () => {
  const answers = ['refusal-with-text', 'refusal-with-text-uncapped', 'refusal-with-place', 'dump-done'];
  const payload = fc.oneof(
    fc.constantFrom(...answers).map((name) => Buffer.from(bytesOf(name).subarray(16))),
    noise,
  );
  // The length of the copied request decides where the attributes are looked for.
  const length = fc.oneof(fc.constantFrom(0, 15, 16, 0x7fffffff, 0x80000000, 0xfffffffd, 0xffffffff), u32);
  fc.assert(
    fc.property(payload, length, u16, u32, (bytes, claimed, flags, sequence) => {
      const copy = Buffer.from(bytes);
      if (copy.length >= 8) {
        copy.writeUInt32LE(claimed, 4);
      }
      const frame: Frame = { type: 2, flags, sequence, portId: 0, payload: copy };
      survives(() => decodeAcknowledgement(frame));
    }),
    { numRuns: 3000 },
  );
});

test('an answer is taken for an acknowledgement without decoding where decoding says the same (property)', () => {
  const answer = fc.record({
    type: fc.constantFrom(2, 3),
    sequence: fc.constantFrom(7, 8),
    errno: fc.constantFrom(0, -17),
    more: fc.constantFrom(0, 16),
  });
  let told = 0;
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 2 }), fc.nat(3), (answers, cut) => {
      const whole = Buffer.concat(
        answers.map(({ type, sequence, errno, more }) => {
          const bytes = Buffer.alloc(20 + more);
          bytes.writeUInt32LE(bytes.length, 0);
          bytes.writeUInt16LE(type, 4);
          bytes.writeUInt32LE(sequence, 8);
          bytes.writeInt32LE(errno, 16);
          return bytes;
        }),
      );
      const datagram = whole.subarray(0, Math.max(0, whole.length - cut));
      const [only, ...others] = answers;
      const expected =
        cut === 0 && others.length === 0 && only?.type === 2 && only.sequence === 7 && only.errno === 0;
      assert.equal(isAcknowledgement(datagram, 7), expected);
      if (expected) {
        told += 1;
        const frames = [...splitDatagram(datagram)];
        assert.deepEqual(
          [frames.length, ...frames.map((frame) => decodeAcknowledgement(frame).errno)],
          [1, 0],
        );
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(told > 0);
});

test('MissMessage throws never, and says which kind it is (property)', () => {
  const message = new MissMessage();
  fc.assert(
    fc.property(hostile, (bytes) => {
      message.datagram.fill(0xff);
      message.datagram.set(bytes);
      const kind = message.read(bytes.length);
      assert.ok(kind >= MISS && kind <= FORWARDING_WRITTEN);
    }),
    { numRuns: 3000 },
  );
  message.datagram.fill(0);
  assert.equal(message.read(0), MALFORMED);
  assert.equal(message.read(4096), MALFORMED);
});

test('MissMessage takes messages of other types for what they are (property)', () => {
  const message = new MissMessage();
  const others = FAMILIES.filter(({ name }) => name !== 'neighbour').map(({ values }) => values);
  fc.assert(
    fc.property(fc.oneof(...others), ({ request }) => {
      fc.pre(request.type !== 2 && request.type !== 30);
      const bytes = encodeMessage(request, 1);
      message.datagram.set(bytes);
      assert.equal(message.read(bytes.length), bytes.length < 20 ? MALFORMED : OTHER);
    }),
  );
});
