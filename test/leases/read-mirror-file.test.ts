import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  LARGEST_MIRROR_FILE,
  type MirrorFileFault,
  type MirrorFileProblem,
} from '../../src/leases/mirror-copy.ts';
import { encodeMirrorCopy } from '../../src/leases/mirror-format.ts';
import { readMirrorFile, removeMirrorFile } from '../../src/leases/read-mirror-file.ts';
import { temporaryFolder } from '../status/temporary-folder.ts';
import { here, sample, WRITTEN_AT } from '../support/mirror-copies.ts';

function write(path: string): void {
  writeFileSync(path, encodeMirrorCopy(sample, WRITTEN_AT), { mode: 0o600 });
}

async function faultOf(path: string): Promise<MirrorFileFault> {
  const read = await readMirrorFile(path, here);
  assert.equal(read.kind, 'unusable');
  return read.fault;
}

/** Each makes something at the path, and may skip its test. */
const odd: [what: string, problem: MirrorFileProblem, make: (path: string, t: TestContext) => unknown][] = [
  ['no file', 'absent', () => undefined],
  ['a folder', 'foreign', (path) => mkdirSync(path)],
  [
    'a symbolic link to a good copy',
    'foreign',
    (path) => {
      write(`${path}.real`);
      symlinkSync(`${path}.real`, path);
    },
  ],
  ['a FIFO', 'foreign', (path) => execFileSync('mkfifo', ['-m', '600', path])],
  [
    'a socket',
    'foreign',
    async (path, t) => {
      const server = createServer();
      t.after(() => server.close());
      await new Promise<void>((resolve) => server.listen(path, resolve));
    },
  ],
  [
    'a device',
    'foreign',
    (path, t) => {
      try {
        execFileSync('mknod', [path, 'c', '1', '5'], { stdio: 'ignore' });
      } catch {
        t.skip('device nodes cannot be made here');
        mkdirSync(path);
      }
    },
  ],
  [
    'a copy of another user',
    'foreign',
    (path, t) => {
      write(path);
      try {
        chownSync(path, 12_345, 12_345);
      } catch {
        t.skip('files cannot be given to others here');
        chmodSync(path, 0o666);
      }
    },
  ],
  [
    'a copy that others may write',
    'foreign',
    (path) => {
      write(path);
      chmodSync(path, 0o622);
    },
  ],
  [
    'a file larger than any copy',
    'foreign',
    (path) => {
      write(path);
      truncateSync(path, LARGEST_MIRROR_FILE + 1);
    },
  ],
  [
    'a copy with a hole at its end',
    'damaged',
    (path) => {
      write(path);
      truncateSync(path, LARGEST_MIRROR_FILE);
    },
  ],
];

describe('reading the mirror file', () => {
  it('gives the copy with the time of its writing', async (t) => {
    const path = join(temporaryFolder(t), 'mirror');
    write(path);
    assert.deepEqual(await readMirrorFile(path, here), {
      kind: 'copy',
      copy: { ...sample, writtenAt: WRITTEN_AT },
    });
  });

  for (const [what, problem, make] of odd) {
    it(`refuses ${what} as ${problem}`, { timeout: 20_000 }, async (t) => {
      const path = join(temporaryFolder(t), 'mirror');
      await make(path, t);
      const fault = await faultOf(path);
      assert.equal(fault.problem, problem, fault.message);
      assert.ok(fault.message.startsWith(`${path}: `), fault.message);
    });
  }

  it('refuses a file below what is no folder as unreadable, and keeps the cause', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'file'), '');
    const fault = await faultOf(join(folder, 'file', 'mirror'));
    assert.equal(fault.problem, 'unreadable');
    assert.match(String(fault.cause), /ENOTDIR/);
  });
});

describe('removing the mirror file', () => {
  it('takes away what was a copy, and nothing else', async (t) => {
    const path = join(temporaryFolder(t), 'mirror');
    assert.equal(await removeMirrorFile(path), false);
    writeFileSync(path, "somebody's notes", { mode: 0o600 });
    assert.equal(await removeMirrorFile(path), false);
    assert.ok(existsSync(path));
    write(path);
    assert.equal(await removeMirrorFile(path), true);
    assert.ok(!existsSync(path));
  });
});
