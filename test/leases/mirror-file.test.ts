import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { codeOf } from '../../src/base/errno.ts';
import type { MirrorCopy } from '../../src/leases/mirror-copy.ts';
import { MirrorFile } from '../../src/leases/mirror-file.ts';
import { decodeMirrorCopy } from '../../src/leases/mirror-format.ts';
import { recordingLog } from '../support/lease-samples.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { copyWith, here, leaseOfHost } from '../support/mirror-copies.ts';

const PATH = '/run/l3missd/mirror';
/** Host 1's copy at a revision. */
const at = (revision: bigint): MirrorCopy => ({ ...copyWith([leaseOfHost(2)]), revision });

class NoSpace extends Error {
  readonly code = 'ENOSPC';
}

/** A promise that is resolved from outside. */
function gate(): { promise: Promise<void>; resolve: () => void } {
  let open: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, resolve: () => open() };
}

/** A running MirrorFile over a disk that keeps the revision and the time of each write, or fails. */
function fixture(t: TestContext) {
  const clock = new ManualClock();
  const log = recordingLog();
  const written: { revision: bigint; seconds: number }[] = [];
  const disk = { error: undefined as Error | undefined, busy: Promise.resolve() };
  const file = new MirrorFile({
    path: PATH,
    clock,
    log,
    replace: async (path, bytes) => {
      await disk.busy;
      if (disk.error !== undefined) {
        throw disk.error;
      }
      const { revision } = decodeMirrorCopy(bytes, path, here);
      written.push({ revision, seconds: clock.monotonic() / 1000 });
    },
  });
  const running = file.run();
  t.after(() => file.stop().catch(() => undefined));
  return { clock, log, written, disk, file, running };
}

describe('keeping the mirror file', () => {
  it('writes the first note at once, with the time of day', async (t) => {
    const { clock, written, file } = fixture(t);
    await clock.advance(60_000);
    const wall = clock.wall();
    file.note(() => at(1n));
    await clock.advance(0);
    assert.deepEqual(written, [{ revision: 1n, seconds: 60 }]);
    assert.deepEqual(file.status(), { writes: 1, failures: 0, writtenAt: wall });
  });

  it('writes once in five seconds while leases change, and then the last', async (t) => {
    const { clock, written, file } = fixture(t);
    let taken = 0;
    for (let n = 0; n < 1000; n++) {
      file.note(() => {
        taken += 1;
        return at(BigInt(n));
      });
      await clock.advance(10);
    }
    await clock.advance(60_000);
    assert.deepEqual(
      written.map(({ revision, seconds }) => [Number(revision), Math.round(seconds)]),
      [
        [0, 0],
        [499, 5],
        [999, 10],
      ],
    );
    assert.equal(taken, 3);
  });

  it('writes nothing while nothing is noted', async (t) => {
    const { clock, written, file } = fixture(t);
    file.note(() => at(1n));
    await clock.advance(3_600_000);
    assert.equal(written.length, 1);
  });

  it('flushes when stopped, waits for a write under way, and writes no later note', async (t) => {
    const { clock, written, disk, file, running } = fixture(t);
    const { promise, resolve } = gate();
    disk.busy = promise;
    file.note(() => at(1n));
    await clock.advance(0);
    file.note(() => at(2n));
    let ended = false;
    const stopped = file.stop().then(() => {
      ended = true;
    });
    await clock.advance(0);
    assert.equal(ended, false);
    resolve();
    await stopped;
    await running;
    assert.deepEqual(
      written.map(({ revision }) => revision),
      [1n, 2n],
    );
    file.note(() => at(3n));
    await clock.advance(60_000);
    assert.equal(written.length, 2);
  });

  it('ends at once when stopped idle or within the pause', async (t) => {
    for (const notes of [0, 1]) {
      const { clock, written, file } = fixture(t);
      for (let n = 0; n < notes; n++) {
        file.note(() => at(1n));
      }
      await clock.advance(0);
      await file.stop();
      assert.equal(written.length, notes);
    }
  });

  it('counts failures, says each reason once, and tries again until it succeeds', async (t) => {
    const { clock, log, written, disk, file } = fixture(t);
    disk.error = new NoSpace('no space left');
    file.note(() => at(1n));
    await clock.advance(150_000);
    assert.deepEqual(file.status(), { writes: 0, failures: 3, failing: 'no space left' });
    assert.equal(log.lines.length, 1);
    disk.error = new Error('read-only file system');
    await clock.advance(60_000);
    assert.equal(log.lines.length, 2);
    disk.error = undefined;
    await clock.advance(60_000);
    assert.deepEqual(
      written.map(({ revision }) => revision),
      [1n],
    );
    const { failures, failing } = file.status();
    assert.deepEqual([failures, failing], [4, undefined]);
    assert.ok(log.lines.every((line) => line.startsWith('warn ') && line.includes(PATH)));
  });

  it('tries the last note again, not the one that failed', async (t) => {
    const { clock, written, disk, file } = fixture(t);
    const { promise, resolve } = gate();
    disk.busy = promise;
    disk.error = new NoSpace('no space left');
    file.note(() => at(1n));
    await clock.advance(0);
    file.note(() => at(2n));
    resolve();
    await clock.advance(0);
    disk.error = undefined;
    await clock.advance(60_000);
    assert.deepEqual(
      written.map(({ revision }) => revision),
      [2n],
    );
  });

  it('stops although the disk is full', async (t) => {
    const { clock, disk, file } = fixture(t);
    disk.error = new NoSpace('no space left');
    file.note(() => at(1n));
    await clock.advance(0);
    await file.stop();
    assert.equal(file.status().failures, 2);
  });

  it('rejects when a copy cannot be taken, which is no trouble of the disk', async (t) => {
    const { clock, file, running } = fixture(t);
    const rejected = assert.rejects(running, (error) => codeOf(error) === 'ENOSPC');
    file.note(() => {
      throw new NoSpace('not from the disk');
    });
    await clock.advance(0);
    await rejected;
    assert.deepEqual(file.status(), { writes: 0, failures: 0 });
  });
});
