import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeError, Fault } from '../base/fault.ts';
import { makeFolder } from '../base/make-folder.ts';
import { LARGEST_MIRROR_FILE } from './mirror-copy.ts';

/** The copy of the mirror cannot be written. */
export class MirrorWriteFault extends Fault {}

/** The calls of a write that leave traces, so that tests can end one at each of them. */
export interface WritingSteps {
  readonly open: typeof open;
  readonly rename: typeof rename;
  readonly rm: typeof rm;
}

const nodeSteps: WritingSteps = { open, rename, rm };

/**
 * Puts the bytes at the path, readable by our user alone. They appear whole or not at all, also when the process is
 * killed or the machine loses power. There is one temporary file, which the next write removes if a kill left it.
 *
 * @throws MirrorWriteFault naming the file
 */
export async function replaceMirrorFile(
  path: string,
  bytes: Buffer,
  steps: WritingSteps = nodeSteps,
): Promise<void> {
  if (bytes.length > LARGEST_MIRROR_FILE) {
    throw new MirrorWriteFault(path, `${bytes.length} bytes to write`, `at most ${LARGEST_MIRROR_FILE}`);
  }
  const found = await lstat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile()) {
    throw new MirrorWriteFault(path, 'exists and is not a regular file', 'a regular file, or none yet');
  }
  try {
    await makeFolder(dirname(path));
    await replace(path, bytes, steps);
  } catch (error) {
    const found = `cannot be written (${describeError(error)})`;
    throw new MirrorWriteFault(path, found, 'a folder that can be written', error);
  }
}

async function replace(path: string, bytes: Buffer, { open, rename, rm }: WritingSteps): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  try {
    // Exclusive, so that nothing put there meanwhile is followed.
    await using(await open(temporary, 'wx', 0o600), (file) => fill(file, bytes));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await using(await open(dirname(path), 'r'), (folder) => folder.sync());
}

/** fsync, so that the rename never shows an empty file. */
async function fill(file: FileHandle, bytes: Buffer): Promise<void> {
  await file.writeFile(bytes);
  await file.sync();
}

async function using(file: FileHandle, use: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
