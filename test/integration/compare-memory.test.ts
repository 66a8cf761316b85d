import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measureMemory, slabsOutOfReach } from '../../src/compare/measure/kernel-memory.ts';
import { Recorder } from '../../src/compare/recorder.ts';
import type { Host } from '../../src/lab/host.ts';
import { labForSuite, labSkipReason } from '../support/lab-fixture.ts';

const skip = labSkipReason();

/** What is recorded of a device that has so many neighbours. */
async function recorded(host: Host, neighbours: number, round: number) {
  await host.namespace.configure(
    'link add flannel.1 type vxlan id 1 dev eth0 dstport 8472 nolearning',
    'link set flannel.1 up',
    ...Array.from(
      { length: neighbours },
      (_, n) =>
        `neighbour add 10.5.${n >> 8}.${n & 255} lladdr 02:00:00:00:00:01 dev flannel.1 nud permanent`,
    ),
  );
  const recorder = new Recorder();
  const removeDevice = () => host.namespace.configure('link delete flannel.1');
  const cell = { contestant: 'by hand', nodes: 1, round };
  await measureMemory({ stand: { host, removeDevice }, recorder, cell });
  const values = recorder.samples.flatMap((sample) => sample.values);
  if (values.length === 0) {
    await removeDevice();
  }
  return { values, leftOut: recorder.leftOut };
}

describe('the kernel memory of entries', { skip }, () => {
  const lab = labForSuite({ hosts: 1 });

  it('is what the kernel frees with them', async (test) => {
    const reason = slabsOutOfReach();
    if (reason !== undefined) {
      test.skip(reason);
      return;
    }
    const { values, leftOut } = await recorded(lab().host(1), 4000, 1);
    // A neighbour lies in 512 bytes (include/net/neighbour.h, and the cache kmalloc-512).
    const [measured = 0] = values;
    test.diagnostic(`${measured} KiB`);
    assert.ok(measured > 4000 / 2 / 1.5 && measured < (4000 / 2) * 1.5, `${values} KiB`);
    assert.deepEqual(leftOut, []);
  });

  it('is left out where there are too few of them, and in later rounds', async () => {
    const few = await recorded(lab().host(1), 500, 1);
    assert.deepEqual(few.values, []);
    assert.match(few.leftOut.join(), /^Kernel memory of fewer than 1,000 entries/);
    assert.deepEqual(await recorded(lab().host(1), 1500, 4), { values: [], leftOut: [] });
  });
});
