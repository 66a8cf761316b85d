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
import { Resolver } from '../../src/misses/resolver.ts';
import { parseMac } from '../../src/net/mac.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { AF_INET, NUD_INCOMPLETE, RTM_GETNEIGH } from '../../src/netlink/constants.ts';
import { encodeMessage } from '../../src/netlink/message.ts';
import { neighbourMessage } from '../../src/netlink/neighbour/message.ts';
import { FakeKernel } from '../support/fake-kernel.ts';

const WARM_UP = 100_000;
const MISSES = 1_000_000;
const MAXIMUM = 32_768;

test('a million misses leave the heap as it was, and cause no collection', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'l3missd-misses-'));
  const kernel = new FakeKernel();
  const { ifindex } = kernel.links.add('flannel.1');
  const files = missFiles(folder, ifindex);
  try {
    const counters = new Counters();
    const resolver = new Resolver({
      ifindex,
      network: parsePrefix('172.16.0.0/12'),
      misses: files.transport,
      conversation: new Conversation(kernel.open()),
      counters,
      maximum: MAXIMUM,
      now: () => performance.now(),
    });
    resolver.apply([{ subnet: parsePrefix('172.16.0.0/12'), mac: parseMac('02:00:00:00:00:01') }], true);
    step(resolver, WARM_UP);

    const collect = collector();
    collect();
    await settled();
    const before = process.memoryUsage().heapUsed;
    const { minor, major } = await countCollections(() => step(resolver, MISSES));
    collect();
    const kept = process.memoryUsage().heapUsed - before;
    assert.ok(kept / MISSES < 1, `${kept / MISSES} bytes kept per miss`);
    assert.equal(counters.get('answered'), WARM_UP + MISSES);
    assert.equal(major, 0);
    // One number per miss would fill the young generation four times.
    assert.ok(minor <= 1, `${minor} minor collections`);
  } finally {
    files.close();
    rmSync(folder, { recursive: true });
  }
});

function step(resolver: Resolver, times: number): void {
  for (let n = 0; n < times; n++) {
    resolver.step();
  }
}

/** Real reads and writes of Node's fs, of files that stand for the socket: each read is the next address's miss. */
function missFiles(folder: string, ifindex: number): { transport: Transport; close(): void } {
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
  let next = 0;
  const transport: Transport = {
    send: (bytes) => {
      writeSync(output, bytes, 0, bytes.length, null);
    },
    receive: (buffer) => {
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
  return { transport, close };
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
