import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Batch } from '../../src/kernel/batch.ts';
import { CopyBatch } from '../../src/kernel/copy-batch.ts';
import { replaceForwarding } from '../../src/kernel/forwarding.ts';
import { macFromBytes } from '../../src/net/mac.ts';
import { NLM_F_REQUEST } from '../../src/netlink/constants.ts';
import { PLACE_ADDRESS, PLACE_MAC, template } from '../../src/netlink/template.ts';

const DEVICE = 7;

test('copies are what a batch makes of the same requests, write after write', () => {
  const entries = Array.from({ length: 300 }, (_, number) => ({
    mac: macFromBytes(Uint8Array.of(2, 0, 0, 0, number >> 8, number)),
    wanted: 0xc0000200 + number,
  }));
  const requests = entries.map(({ mac, wanted }) => replaceForwarding(DEVICE, mac, wanted));
  const from = template(replaceForwarding(DEVICE, PLACE_MAC, PLACE_ADDRESS), NLM_F_REQUEST);
  const copies = new CopyBatch(from);
  const batch = new Batch();
  const sizes: number[] = [];
  // The last of one write is in the middle of the next.
  for (const length of [3, entries.length]) {
    for (let begin = 0; begin < length; begin += copies.count) {
      batch.fill(requests.slice(0, length), begin, 1000 + begin);
      copies.fill(entries.slice(0, length), begin, 1000 + begin);
      assert.deepEqual(copies.bytes, batch.bytes);
      assert.deepEqual([copies.count, copies.firstSequence], [batch.count, batch.firstSequence]);
      sizes.push(copies.count);
    }
  }
  assert.deepEqual(sizes, [3, 128, 128, 44]);
});

test('a destination that leads nowhere is no message', () => {
  const copies = new CopyBatch(template(replaceForwarding(DEVICE, PLACE_MAC, PLACE_ADDRESS)));
  const mac = macFromBytes(Uint8Array.of(2, 0, 0, 0, 0, 1));
  assert.throws(
    () =>
      copies.fill(
        [
          { mac, wanted: 1 },
          { mac, wanted: undefined },
        ],
        0,
        1,
      ),
    {
      message: /number 1 of 2 that leads nowhere/,
    },
  );
});
