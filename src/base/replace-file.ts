import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** The calls of a write that leave traces, so that tests can end one at each of them. */
export interface WritingSteps {
  readonly open: typeof open;
  readonly rename: typeof rename;
  readonly rm: typeof rm;
}

const nodeSteps: WritingSteps = { open, rename, rm };

export interface Replacement {
  readonly path: string;
  /** Beside it, and nobody else's: what a kill left there is removed. */
  readonly temporary: string;
  readonly data: string | Buffer;
  /** Whatever the umask is; without it our user alone may read the file. */
  readonly mode?: number;
}

/**
 * Puts a file at the path, in a folder that is made if need be. It appears whole or not at all, also when the process is
 * killed or the machine loses power.
 *
 * @throws what Node's fs throws
 */
export async function replaceFile(
  replacement: Replacement,
  { open, rename, rm }: WritingSteps = nodeSteps,
): Promise<void> {
  const { path, temporary } = replacement;
  await makeFolder(dirname(path));
  await rm(temporary, { force: true });
  try {
    // Exclusive, so that nothing put there meanwhile is followed.
    await using(await open(temporary, 'wx', 0o600), (file) => fill(file, replacement));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await using(await open(dirname(path), 'r'), (folder) => folder.sync());
}

/** chmod, because the umask takes from the mode that open() is given; fsync, so that rename never shows an empty file. */
async function fill(file: FileHandle, { data, mode }: Replacement): Promise<void> {
  await file.writeFile(data);
  if (mode !== undefined) {
    await file.chmod(mode);
  }
  await file.sync();
}

async function using(file: FileHandle, use: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
