import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { WritingSteps } from '../../src/base/replace-file.ts';
import { LARGEST_MIRROR_FILE } from '../../src/leases/mirror-copy.ts';
import { MirrorWriteFault, replaceMirrorFile } from '../../src/leases/replace-mirror-file.ts';
import { temporaryFolder, useUmask } from '../status/temporary-folder.ts';

const OLD = Buffer.from('old\n'.repeat(50_000));
const NEW = Buffer.from('new\n'.repeat(50_000));
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

class Killed extends Error {}

/**
 * The first `last` calls of a write; the ones behind them do nothing any more, as in a process that was killed. The bytes are written by halves, so that one of these moments is in their midst.
 */
function killedAfter(last: number): { steps: WritingSteps; done: string[] } {
  const done: string[] = [];
  const step = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    if (done.length >= last) {
      throw new Killed(name);
    }
    done.push(name);
    return run();
  };
  const watched = (file: FileHandle): FileHandle => {
    const calls = new Map<unknown, unknown>([
      ['sync', () => step('sync', () => file.sync())],
      ['close', () => file.close()],
      [
        'writeFile',
        async (bytes: Buffer) => {
          const half = bytes.length / 2;
          await step('first half', () => file.write(bytes, 0, half));
          await step('second half', () => file.write(bytes, half));
        },
      ],
    ]);
    return new Proxy(file, { get: (_, name) => calls.get(name) });
  };
  const steps: WritingSteps = {
    open: (path, flags, mode) => step(`open ${flags}`, async () => watched(await open(path, flags, mode))),
    rename: (from, to) => step('rename', () => rename(from, to)),
    rm: (path, options) => step('rm', () => rm(path, options)),
  };
  return { steps, done };
}

describe('replacing the mirror file', () => {
  for (const mask of [0o000, 0o077]) {
    it(`writes all bytes for its user alone under umask ${mask.toString(8)}, also in a new folder`, async (t) => {
      const folder = join(temporaryFolder(t), 'run', 'l3missd');
      useUmask(t, mask);
      await replaceMirrorFile(join(folder, 'mirror'), NEW);
      assert.deepEqual(readFileSync(join(folder, 'mirror')), NEW);
      assert.deepEqual([modeOf(join(folder, 'mirror')), modeOf(folder)], ['600', '755']);
      assert.deepEqual(readdirSync(folder), ['mirror']);
    });
  }

  it('leaves the old file or the new one, whole, wherever the process is killed', async (t) => {
    const { steps, done: all } = killedAfter(Number.POSITIVE_INFINITY);
    await replaceMirrorFile(join(temporaryFolder(t), 'mirror'), NEW, steps);
    assert.deepEqual(all, ['rm', 'open wx', 'first half', 'second half', 'sync', 'rename', 'open r', 'sync']);
    for (let last = 0; last < all.length; last++) {
      const folder = temporaryFolder(t);
      const path = join(folder, 'mirror');
      writeFileSync(path, OLD, { mode: 0o600 });
      await assert.rejects(replaceMirrorFile(path, NEW, killedAfter(last).steps), MirrorWriteFault);
      assert.deepEqual(readFileSync(path), last > all.indexOf('rename') ? NEW : OLD, `after ${last} steps`);
      await replaceMirrorFile(path, NEW);
      assert.deepEqual(readFileSync(path), NEW);
      assert.deepEqual(readdirSync(folder), ['mirror'], `after ${last} steps`);
    }
  });

  it('removes its temporary file when the write fails', async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'mirror');
    const failing = () => Promise.reject(new Killed('rename'));
    await assert.rejects(replaceMirrorFile(path, NEW, { open, rm, rename: failing }), (error) => {
      assert.ok(error instanceof MirrorWriteFault && error.cause instanceof Killed);
      assert.ok(error.message.startsWith(`${path}: cannot be written (`), error.message);
      return true;
    });
    assert.deepEqual(readdirSync(folder), []);
  });

  it('does not write through a link in the place of the temporary file', async (t) => {
    const folder = temporaryFolder(t);
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'somebody’s');
    const link = () => symlinkSync(victim, join(folder, 'mirror.new'));
    link();
    await replaceMirrorFile(join(folder, 'mirror'), NEW);
    assert.deepEqual(readdirSync(folder).sort(), ['mirror', 'victim']);
    let removals = 0;
    const planting: WritingSteps['rm'] = async (path, options) => {
      await rm(path, options);
      removals += 1;
      if (removals === 1) {
        link();
      }
    };
    await assert.rejects(
      replaceMirrorFile(join(folder, 'mirror'), OLD, { open, rename, rm: planting }),
      /EEXIST/,
    );
    assert.equal(readFileSync(victim, 'utf8'), 'somebody’s');
    assert.deepEqual(readFileSync(join(folder, 'mirror')), NEW);
  });

  it('leaves alone what is no regular file', async (t) => {
    const folder = temporaryFolder(t);
    const made: [string, (path: string) => unknown][] = [
      ['folder', (path) => mkdirSync(path)],
      ['link', (path) => symlinkSync('elsewhere', path)],
      ['fifo', (path) => execFileSync('mkfifo', [path])],
    ];
    for (const [name, make] of made) {
      make(join(folder, name));
      await assert.rejects(replaceMirrorFile(join(folder, name), NEW), /exists and is not a regular file/);
    }
    assert.deepEqual(readdirSync(folder).sort(), ['fifo', 'folder', 'link']);
    assert.equal(existsSync(join(folder, 'elsewhere')), false);
  });

  it('says what keeps it from writing: no folder, no permission, no room, too much', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(replaceMirrorFile(join(folder, 'file', 'mirror'), NEW), /ENOTDIR/);
    await assert.rejects(replaceMirrorFile('/proc/l3missd/mirror', NEW), /ENOENT/);
    await assert.rejects(replaceMirrorFile('/sys/mirror', NEW), /EACCES|EPERM|EROFS/);
    const tooLarge = Buffer.alloc(LARGEST_MIRROR_FILE + 1);
    await assert.rejects(replaceMirrorFile(join(folder, 'mirror'), tooLarge), /at most 67108864/);
    assert.deepEqual(readdirSync(folder), ['file']);
  });
});
