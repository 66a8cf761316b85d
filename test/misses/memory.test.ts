import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Conversation } from '../../src/kernel/conversation.ts';
import type { Transport } from '../../src/kernel/transport.ts';
import { Counters } from '../../src/misses/counters.ts';
import { Recording } from '../../src/misses/recording/recording.ts';
import { recordingMemory } from '../../src/misses/recording/recording-memory.ts';
import { Resolver } from '../../src/misses/resolver.ts';
import { parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import {
  AF_INET,
  NLM_F_ACK,
  NLMSG_ERROR,
  NUD_INCOMPLETE,
  RTM_GETNEIGH,
} from '../../src/netlink/constants.ts';
import { encodeMessage } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { modeOf } from '../../src/overlay/modes.ts';
import { FakeKernel } from '../support/fake-kernel.ts';

const WARM_UP = 100_000;
const MISSES = 1_000_000;
const MAXIMUM = 32_768;

/** Node's fs.writeSync makes an object of 110 bytes for each write (lib/fs.js, 20 to 24), which lives as long as the call. */
const NODE_FILLS_PER_WRITE = 1 / 36_000;

for (const [how, markAfter] of [
  ['one by one', 0],
  ['forty at a time', 40],
] as const) {
  test(`a million misses, ${how}, leave the heap as it was and allocate nothing of ours`, () =>
    answerMany(markAfter));
}

async function answerMany(markAfter: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'l3missd-misses-'));
  const kernel = new FakeKernel();
  const { ifindex } = kernel.links.add('flannel.1');
  const files = missFiles(folder, ifindex, markAfter);
  try {
    const now = () => performance.now();
    const recording = new Recording(recordingMemory(0), now);
    const resolver = new Resolver({
      ifindex,
      network: parsePrefix('172.16.0.0/12'),
      mode: modeOf('lazy'),
      misses: files.transport,
      conversation: new Conversation(kernel.open()),
      counters: new Counters(),
      recording,
      ownSubnet: parsePrefix('10.0.0.0/24'),
      maximum: MAXIMUM,
      idleTimeout: 600_000,
      now,
    });
    resolver.apply([{ subnet: parsePrefix('172.16.0.0/12'), mac: parseMac('02:00:00:00:00:01') }], true);
    answer(resolver, recording, WARM_UP);

    const collect = collector();
    collect();
    await settled();
    const before = process.memoryUsage().heapUsed;
    const { minor, major } = await countCollections(() => answer(resolver, recording, WARM_UP + MISSES));
    collect();
    const kept = process.memoryUsage().heapUsed - before;
    assert.ok(kept / MISSES < 1, `${kept / MISSES} bytes kept per miss`);
    assert.equal(recording.outcomes.of('first', 'answered'), WARM_UP + MISSES);
    assert.equal(major, 0);
    // One number per miss would fill the young generation four times more.
    const byNode = Math.ceil(files.writes() * NODE_FILLS_PER_WRITE);
    assert.ok(minor <= byNode + 1, `${minor} minor collections, ${byNode} by Node`);
  } finally {
    files.close();
    rmSync(folder, { recursive: true });
  }
}

function answer(resolver: Resolver, { outcomes }: Recording, until: number): void {
  while (outcomes.of('first', 'answered') < until) {
    resolver.step();
  }
}

/**
 * Real reads and writes of Node's fs, of files that stand for the socket: each read is the next address's miss, or,
 * `markAfter` misses after a mark was written, its acknowledgement.
 */
function missFiles(
  folder: string,
  ifindex: number,
  markAfter: number,
): { transport: Transport; writes(): number; close(): void } {
  const request = neighbourMessage.request(
    RTM_GETNEIGH,
    0,
    { family: AF_INET, ifindex, state: NUD_INCOMPLETE, type: 1 },
    { destination: 0xac100000 },
  );
  const message = encodeMessage(request, 0);
  writeFileSync(join(folder, 'misses'), message);
  const input = openSync(join(folder, 'misses'), 'r');
  const output = openSync('/dev/null', 'w');
  const acknowledgement = Buffer.from(Uint32Array.of(36, NLMSG_ERROR, 0, 0, 0, 0, 0, 0, 0).buffer);
  let next = 0;
  let marked = -1;
  let writes = 0;
  const transport: Transport = {
    send: (bytes) => {
      writes += 1;
      writeSync(output, bytes, 0, bytes.length, null);
      if (takeMark(bytes, acknowledgement)) {
        marked = markAfter;
      }
    },
    receive: (buffer) => {
      if (marked-- === 0) {
        buffer.set(acknowledgement);
        return acknowledgement.length;
      }
      const length = readSync(input, buffer, 0, message.length, 0);
      // The last four bytes are the address, below 172.32.0.0.
      const address = 0xac100000 + (next++ % 0xfffff);
      for (let byte = 1; byte <= 4; byte++) {
        buffer[length - byte] = address >>> (8 * (byte - 1));
      }
      return length;
    },
  };
  const close = () => {
    closeSync(input);
    closeSync(output);
  };
  return { transport, writes: () => writes, close };
}

/** Puts the sequence number of the last message into the acknowledgement, if it asks for one. */
function takeMark(bytes: Uint8Array, acknowledgement: Uint8Array): boolean {
  let at = 0;
  while (at + (bytes[at] ?? 0) < bytes.length) {
    at += bytes[at] ?? 0;
  }
  for (let byte = 8; byte < 12; byte++) {
    acknowledgement[byte] = bytes[at + byte] ?? 0;
  }
  return ((bytes[at + 6] ?? 0) & NLM_F_ACK) !== 0;
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

async function countCollections(work: () => void): Promise<{ minor: number; major: number }> {
  const found: unknown[] = [];
  const observer = new PerformanceObserver((list) => {
    found.push(...list.getEntries().map(kindOf));
  });
  observer.observe({ entryTypes: ['gc'] });
  work();
  await settled();
  observer.disconnect();
  const count = (kind: number) => found.filter((one) => one === kind).length;
  return {
    minor: count(constants.NODE_PERFORMANCE_GC_MINOR),
    major: count(constants.NODE_PERFORMANCE_GC_MAJOR),
  };
}

/** @types/node leaves out what entries of type gc carry in `detail`. */
function kindOf(entry: PerformanceEntry): unknown {
  return 'detail' in entry &&
    typeof entry.detail === 'object' &&
    entry.detail !== null &&
    'kind' in entry.detail
    ? entry.detail.kind
    : undefined;
}

/** Node hands out entries of collections a little later. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
