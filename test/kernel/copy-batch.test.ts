import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Batch } from '../../src/kernel/batch.ts';
import { CopyBatch } from '../../src/kernel/copy-batch.ts';
import { replaceForwarding } from '../../src/kernel/forwarding.ts';
import { macFromBytes } from '../../src/net/mac.ts';
import { NLM_F_REQUEST } from '../../src/netlink/constants.ts';
import { fill, PLACE_ADDRESS, PLACE_MAC, template } from '../../src/netlink/template.ts';

const DEVICE = 7;

test('copies are what a batch makes of the same requests, write after write', () => {
  const entries = Array.from({ length: 300 }, (_, number) => ({
    mac: macFromBytes(Uint8Array.of(2, 0, 0, 0, number >> 8, number)),
    endpoint: 0xc0000200 + number,
  }));
  const requests = entries.map(({ mac, endpoint }) => replaceForwarding(DEVICE, mac, endpoint));
  const from = template(replaceForwarding(DEVICE, PLACE_MAC, PLACE_ADDRESS), NLM_F_REQUEST);
  const put = (index: number, bytes: Buffer, at: number) => {
    const { mac, endpoint } = entries[index] ?? assert.fail(`no entry ${index}`);
    fill(bytes, at, from, endpoint, mac);
  };
  const copies = new CopyBatch(from);
  const batch = new Batch();
  const sizes: number[] = [];
  // The last of one write is in the middle of the next.
  for (const length of [3, entries.length]) {
    for (let begin = 0; begin < length; begin += copies.count) {
      batch.fill(requests.slice(0, length), begin, 1000 + begin);
      copies.fill(length, put, begin, 1000 + begin);
      assert.deepEqual(copies.bytes, batch.bytes);
      assert.deepEqual([copies.count, copies.firstSequence], [batch.count, batch.firstSequence]);
      sizes.push(copies.count);
    }
  }
  assert.deepEqual(sizes, [3, 128, 128, 44]);
});
